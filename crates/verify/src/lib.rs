//! Proves e-mail addresses: DNS, SMTP conversation, controlled probe, verdict.
