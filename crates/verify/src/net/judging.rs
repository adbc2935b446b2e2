//! The judge inside an HTTP client's resolver: nothing is resolved a second time to something
//! else.

use std::io;
use std::net::IpAddr;
use std::sync::Arc;

use ipnet::IpNet;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::judge_all;
use crate::dns::Resolver;

/// Resolves names to public addresses and those in the allowed networks only, for an HTTP client
/// ([`reqwest::ClientBuilder::dns_resolver`]): it connects to exactly the judged addresses.
/// Address literals never pass a resolver: whoever takes those judges them ([`super::judge`]).
#[derive(Debug, Clone)]
pub struct JudgingResolver {
    resolver: Option<Resolver>,
    allow_nets: Arc<[IpNet]>,
}

impl JudgingResolver {
    /// By this resolver, or the system's, which reads the hosts file and a search list too; with
    /// these networks open beside the public ones.
    #[must_use]
    pub fn new(resolver: Option<Resolver>, allow_nets: &[IpNet]) -> Self {
        Self {
            resolver,
            allow_nets: allow_nets.into(),
        }
    }

    async fn addresses(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        match &self.resolver {
            Some(resolver) => resolver.addresses(host).await.map_err(io::Error::other),
            None => Ok(tokio::net::lookup_host((host, 0))
                .await?
                .map(|address| address.ip())
                .collect()),
        }
    }
}

impl Resolve for JudgingResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let this = self.clone();
        Box::pin(async move {
            let found = this.addresses(name.as_str()).await?;
            let judged = judge_all(found, &this.allow_nets)?;
            Ok(Box::new(judged.into_iter()) as Addrs)
        })
    }
}
