//! The backend: HTTP API, jobs, configuration.
