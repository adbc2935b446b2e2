//! A SOCKS5 proxy (RFC 1928, RFC 1929) that remembers what it was asked for.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What a client asked the proxy to connect to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SocksTarget {
    /// An address.
    Address(SocketAddr),
    /// A name, which the proxy would resolve.
    Name(String, u16),
}

/// How the proxy behaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SocksManner {
    /// Takes everybody.
    Open,
    /// Takes who knows this user and password.
    Login(String, String),
    /// Connects nobody: "not allowed by ruleset".
    Forbids,
    /// Says that the target refuses connections.
    TargetRefuses,
    /// Says nothing.
    Silent,
    /// Speaks another protocol.
    Junk,
}

/// A running proxy; dropping it stops it.
#[derive(Debug)]
pub struct SocksProxy {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<SocksTarget>>>,
    task: JoinHandle<()>,
}

impl SocksProxy {
    /// Starts a proxy on loopback.
    ///
    /// # Errors
    /// Where no port can be bound.
    pub async fn start(manner: SocksManner) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let asked: Arc<Mutex<Vec<SocksTarget>>> = Arc::default();
        let shared = Arc::clone(&asked);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (manner, asked) = (manner.clone(), Arc::clone(&shared));
                tokio::spawn(async move {
                    let _ = serve(stream, &manner, &asked).await;
                });
            }
        });
        Ok(Self {
            address,
            asked,
            task,
        })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What it was asked to connect to, in order.
    #[must_use]
    pub fn asked(&self) -> Vec<SocksTarget> {
        self.asked
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl Drop for SocksProxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

const VERSION: u8 = 5;
const NO_LOGIN: u8 = 0;
const LOGIN: u8 = 2;
const NO_METHOD: u8 = 0xff;

async fn serve(
    mut stream: TcpStream,
    manner: &SocksManner,
    asked: &Mutex<Vec<SocksTarget>>,
) -> io::Result<()> {
    match manner {
        SocksManner::Silent => {
            let mut ignored = [0_u8; 256];
            while stream.read(&mut ignored).await? > 0 {}
            return Ok(());
        }
        SocksManner::Junk => return stream.write_all(b"HTTP/1.0 400 Bad Request\r\n\r\n").await,
        _ => {}
    }
    let version = stream.read_u8().await?;
    let methods = read_bytes(&mut stream).await?;
    let wanted = match manner {
        SocksManner::Login(..) => LOGIN,
        _ => NO_LOGIN,
    };
    if version != VERSION || !methods.contains(&wanted) {
        return stream.write_all(&[VERSION, NO_METHOD]).await;
    }
    stream.write_all(&[VERSION, wanted]).await?;
    if let SocksManner::Login(user, password) = manner {
        stream.read_u8().await?;
        let right = read_bytes(&mut stream).await? == user.as_bytes()
            && read_bytes(&mut stream).await? == password.as_bytes();
        stream.write_all(&[1, u8::from(!right)]).await?;
        if !right {
            return Ok(());
        }
    }
    let target = read_request(&mut stream).await?;
    asked
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .push(target.clone());
    let reply = |code: u8| [VERSION, code, 0, 1, 0, 0, 0, 0, 0, 0];
    match (manner, target) {
        (SocksManner::Forbids, _) => stream.write_all(&reply(2)).await,
        (SocksManner::TargetRefuses, _) | (_, SocksTarget::Name(..)) => {
            stream.write_all(&reply(5)).await
        }
        (_, SocksTarget::Address(address)) => match TcpStream::connect(address).await {
            Err(_) => stream.write_all(&reply(5)).await,
            Ok(mut beyond) => {
                stream.write_all(&reply(0)).await?;
                copy_bidirectional(&mut stream, &mut beyond).await?;
                Ok(())
            }
        },
    }
}

/// Bytes behind their count.
async fn read_bytes(stream: &mut TcpStream) -> io::Result<Vec<u8>> {
    let length = stream.read_u8().await?;
    let mut bytes = vec![0; usize::from(length)];
    stream.read_exact(&mut bytes).await?;
    Ok(bytes)
}

async fn read_request(stream: &mut TcpStream) -> io::Result<SocksTarget> {
    let mut head = [0_u8; 4];
    stream.read_exact(&mut head).await?;
    let [_, _, _, kind] = head;
    let ip = match kind {
        1 => IpAddr::V4(Ipv4Addr::from_bits(stream.read_u32().await?)),
        4 => IpAddr::V6(Ipv6Addr::from_bits(stream.read_u128().await?)),
        _ => {
            let name = read_bytes(stream).await?;
            let port = stream.read_u16().await?;
            return Ok(SocksTarget::Name(
                String::from_utf8_lossy(&name).into_owned(),
                port,
            ));
        }
    };
    let port = stream.read_u16().await?;
    Ok(SocksTarget::Address(SocketAddr::new(ip, port)))
}
