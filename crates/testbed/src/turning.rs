//! A DNS server whose one answer changes under the asker's hands: the way of DNS rebinding,
//! where a name is public while it is judged and private when it is connected to.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use hickory_proto::op::{Message, OpCode, ResponseCode};
use hickory_proto::rr::rdata::A;
use hickory_proto::rr::{RData, Record, RecordType};
use tokio::net::UdpSocket;
use tokio::task::JoinHandle;

/// Answers every name's A questions with one address after the other, the last one from then
/// on; nothing may be kept (TTL 0). Stops when it is dropped.
#[derive(Debug)]
pub struct TurningDns {
    address: SocketAddr,
    asked: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

impl Drop for TurningDns {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl TurningDns {
    /// Starts on a free port of 127.0.0.1.
    ///
    /// # Errors
    /// Where no socket can be had.
    pub async fn start(turns: Vec<Ipv4Addr>) -> io::Result<Self> {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = socket.local_addr()?;
        let asked = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&asked);
        let task = tokio::spawn(async move {
            let mut packet = [0; 4_096];
            while let Ok((length, from)) = socket.recv_from(&mut packet).await {
                let ask = packet.get(..length).unwrap_or_default();
                if let Some(reply) = reply(ask, &turns, &counter) {
                    let _ = socket.send_to(&reply, from).await;
                }
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

    /// How often an A record was asked for.
    #[must_use]
    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

fn reply(packet: &[u8], turns: &[Ipv4Addr], asked: &AtomicUsize) -> Option<Vec<u8>> {
    let ask = Message::from_vec(packet).ok()?;
    let question = ask.queries.first()?.clone();
    let mut reply = Message::response(ask.metadata.id, OpCode::Query);
    reply.metadata.recursion_desired = true;
    reply.metadata.recursion_available = true;
    reply.metadata.response_code = ResponseCode::NoError;
    if question.query_type() == RecordType::A {
        let turn = asked.fetch_add(1, Ordering::SeqCst);
        let ip = turns.get(turn).or(turns.last())?;
        let data = RData::A(A(*ip));
        reply.add_answer(Record::from_rdata(question.name().clone(), 0, data));
    }
    reply.add_query(question);
    reply.to_vec().ok()
}
