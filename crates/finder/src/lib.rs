//! Finds work e-mail addresses: company to domain, candidates from the name, evidence, score.
