//! The servers' side of STARTTLS, with a certificate made for the day.

use std::io;
use std::sync::{Arc, LazyLock};

use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::server::TlsStream;

static CONFIG: LazyLock<io::Result<Arc<ServerConfig>>> = LazyLock::new(|| {
    let made = rcgen::generate_simple_self_signed(vec!["mx.testbed.invalid".to_owned()])
        .map_err(io::Error::other)?;
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .map_err(io::Error::other)?;
    Ok(Arc::new(config))
});

/// Takes the connection over into TLS.
pub(super) async fn accept<S>(stream: S) -> io::Result<TlsStream<S>>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let config = CONFIG
        .as_ref()
        .map_err(|error| io::Error::other(error.to_string()))?;
    TlsAcceptor::from(Arc::clone(config)).accept(stream).await
}
