//! A local mail internet for tests and benchmarks: scripted DNS, SMTP and web servers on loopback.
