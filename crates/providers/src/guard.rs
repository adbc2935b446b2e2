//! Which addresses a provider's API may have: every one that a name resolves to is judged
//! inside the resolver that the HTTP client connects by, so that nothing is resolved a second
//! time to something else.

use std::io;
use std::net::IpAddr;
use std::sync::Arc;

use ipnet::IpNet;
use lode_verify::{Resolver, net};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// Resolves names to public addresses and those in `allow_nets` only.
#[derive(Clone)]
pub(crate) struct Guard {
    /// `None`: the system's.
    pub(crate) resolver: Option<Resolver>,
    pub(crate) allow_nets: Arc<[IpNet]>,
}

impl Guard {
    async fn addresses(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        match &self.resolver {
            Some(resolver) => resolver
                .addresses(host)
                .await
                .map_err(|error| io::Error::other(error.to_string())),
            None => Ok(tokio::net::lookup_host((host, 0))
                .await?
                .map(|address| address.ip())
                .collect()),
        }
    }
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let this = self.clone();
        Box::pin(async move {
            let found = this.addresses(name.as_str()).await?;
            let judged = net::judge_all(found, &this.allow_nets)?;
            Ok(Box::new(judged.into_iter()) as Addrs)
        })
    }
}
