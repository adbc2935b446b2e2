//! Data providers' APIs behind one trait, with the user's own keys.
