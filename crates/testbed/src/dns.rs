//! The bed's DNS server: a recursive resolver's answers for the scenario's names.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use hickory_proto::op::{Message, OpCode, ResponseCode};
use hickory_proto::rr::rdata::{A, AAAA, CNAME, MX, TXT};
use hickory_proto::rr::{Name, RData, Record, RecordType};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::task::JoinSet;

use crate::bed::DomainAddresses;
use crate::character::Character;
use crate::scenario::DomainSpec;
use crate::script::{Fault, Script};

/// How the server treats one name.
#[derive(Debug)]
enum Entry {
    /// These records.
    Records(Vec<RData>),
    /// Each question is answered with the next of these records alone.
    Rotating(Vec<RData>, AtomicUsize),
    /// SERVFAIL to so many questions, then these records.
    ServFail(usize, AtomicUsize, Vec<RData>),
    /// These records, over TCP only: UDP has the truncation mark.
    TcpOnly(Vec<RData>),
    /// These records, and silence where AAAA is asked for.
    SilentAaaa(Vec<RData>),
    /// These records, and what goes wrong by type of question.
    Scripted(Vec<RData>, HashMap<RecordType, Fault>),
    /// No answer at all.
    Silent,
}

/// All names of the bed.
#[derive(Debug, Default)]
pub(crate) struct Zone(HashMap<String, Entry>);

impl Zone {
    fn put(&mut self, name: &str, records: Vec<RData>) {
        self.0.insert(name.to_owned(), Entry::Records(records));
    }

    /// A name's entry, or that of the wildcard above it.
    fn get(&self, name: &str) -> Option<&Entry> {
        self.0.get(name).or_else(|| {
            let (_, parent) = name.split_once('.')?;
            self.0.get(&format!("*.{parent}"))
        })
    }

    /// How long the answer takes.
    fn delay(&self, packet: &[u8]) -> Duration {
        match self.fault(packet) {
            Some(Fault::Slow) => Duration::from_millis(900),
            _ => Duration::ZERO,
        }
    }

    /// What a script has go wrong with this question.
    fn fault(&self, packet: &[u8]) -> Option<Fault> {
        let ask = Message::from_vec(packet).ok()?;
        let question = ask.queries.first()?;
        let key = question.name().to_ascii().to_ascii_lowercase();
        match self.get(key.trim_end_matches('.')) {
            Some(Entry::Scripted(_, faults)) => faults.get(&question.query_type()).copied(),
            _ => None,
        }
    }
}

fn a(ip: Ipv4Addr) -> RData {
    RData::A(A(ip))
}

fn aaaa(ip: Ipv6Addr) -> RData {
    RData::AAAA(AAAA(ip))
}

fn mx(preference: u16, host: &str) -> RData {
    RData::MX(MX::new(preference, name(host)))
}

fn name(text: &str) -> Name {
    let mut name = Name::from_ascii(text).unwrap_or_else(|_| Name::root());
    name.set_fqdn(true);
    name
}

/// Puts a domain's names into the zone.
pub(crate) fn add_domain(zone: &mut Zone, spec: &DomainSpec, own: &DomainAddresses) {
    use Character::*;
    let domain = spec.name.as_str();
    let (first, second) = (spec.mx_host(), format!("mx2.{domain}"));
    zone.put(
        &first,
        vec![match spec.mx_address {
            Some(IpAddr::V6(ip)) => aaaa(ip),
            Some(IpAddr::V4(ip)) => a(ip),
            None => a(own.first),
        }],
    );
    zone.put(&second, vec![a(own.second)]);
    let mut records = vec![];
    match spec.character {
        NxDomain => {
            zone.0.remove(&first);
            zone.0.remove(&second);
            return;
        }
        ServFail | DeadResolver => {
            let entry = || {
                if spec.character == ServFail {
                    Entry::ServFail(usize::MAX, AtomicUsize::new(0), vec![])
                } else {
                    Entry::Silent
                }
            };
            zone.0.insert(domain.to_owned(), entry());
            return;
        }
        NullMx => records.push(mx(0, ".")),
        NoMailHost => {}
        ImplicitMx => records.push(a(own.first)),
        EqualOneDead => records.extend([mx(10, &first), mx(10, &second)]),
        DanglingMx => {
            zone.0.remove(&first);
            records.push(mx(10, &first));
        }
        DeadFirstMx | SilentFirstMx | NoServiceFirstMx | DanglingFirstMx | CatchAllBackup => {
            if spec.character == DanglingFirstMx {
                zone.0.remove(&first);
            }
            records.extend([mx(20, &second), mx(10, &first)]);
        }
        Ipv6Only => {
            zone.put(&first, vec![aaaa(Ipv6Addr::LOCALHOST)]);
            records.push(mx(10, &first));
        }
        CnameMx => {
            let alias = format!("alias.{domain}");
            zone.put(&alias, vec![RData::CNAME(CNAME(name(&first)))]);
            records.push(mx(10, &alias));
        }
        CnameDomain => {
            let origin = format!("origin.{domain}");
            zone.put(&origin, vec![mx(10, &first)]);
            records.push(RData::CNAME(CNAME(name(&origin))));
        }
        LiteralMx => records.push(mx(10, &own.trap.to_string())),
        PrivateMx => {
            let mut closed: Vec<RData> =
                ["10.0.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1"]
                    .iter()
                    .filter_map(|text| text.parse().ok())
                    .map(a)
                    .collect();
            closed.push(a(own.trap));
            closed.push(aaaa(own.trap.to_ipv6_mapped()));
            closed.push(aaaa(Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, 0x7f42, 1)));
            closed.push(aaaa(Ipv6Addr::new(0x2002, 0x7f42, 1, 0, 0, 0, 0, 1)));
            zone.put(&first, closed);
            records.push(mx(10, &first));
        }
        SilentAaaa => {
            let own = vec![a(own.first)];
            zone.0.insert(first.clone(), Entry::SilentAaaa(own));
            records.push(mx(10, &first));
        }
        Rebinding => {
            let turns = vec![a(own.trap), a(own.first)];
            zone.0
                .insert(first.clone(), Entry::Rotating(turns, AtomicUsize::new(0)));
            records.push(mx(10, &first));
        }
        _ => records.push(mx(10, &first)),
    }
    if spec.title.is_some() {
        zone.put(&format!("www.{domain}"), vec![a(own.first)]);
        let is_alias = records.iter().any(|data| matches!(data, RData::CNAME(_)));
        if !is_alias && !records.contains(&a(own.first)) {
            records.push(a(own.first));
        }
    }
    let entry = match spec.character {
        // Two questions: a resolver asks once more before it gives up.
        ServFailOnce => Entry::ServFail(2, AtomicUsize::new(0), records),
        TruncatedDns => Entry::TcpOnly(records),
        _ => Entry::Records(records),
    };
    zone.0.insert(domain.to_owned(), entry);
}

/// Puts the names of a script's domain into the zone.
pub(crate) fn add_script(
    zone: &mut Zone,
    spec: &DomainSpec,
    script: &Script,
    own: &DomainAddresses,
) {
    let domain = spec.name.as_str();
    let full = |text: &str| match text {
        "@" => domain.to_owned(),
        _ => match text.strip_suffix('.') {
            Some(absolute) => absolute.to_owned(),
            None => format!("{text}.{domain}"),
        },
    };
    let mut lines: Vec<String> = script.zone.clone();
    if lines.is_empty() {
        for (index, host) in script.hosts.iter().enumerate() {
            lines.push(format!("@ MX {} {host}", 10 * (index + 1)));
            lines.push(format!("{host} A @{}", index + 1));
        }
    }
    let mut names: HashMap<String, (Vec<RData>, HashMap<RecordType, Fault>)> = HashMap::new();
    for line in &lines {
        let line = line.replace("{dashed}", &domain.replace('.', "-"));
        let mut words = line.splitn(3, ' ');
        let (Some(owner), Some(kind), Some(data)) = (words.next(), words.next(), words.next())
        else {
            continue;
        };
        let host = data
            .strip_prefix('@')
            .and_then(|number| number.parse::<usize>().ok())
            .and_then(|number| own.hosts().get(number.checked_sub(1)?).copied());
        let record = match kind {
            "A" => host.or_else(|| data.parse().ok()).map(a),
            "AAAA" => data.parse().ok().map(aaaa),
            "CNAME" => Some(RData::CNAME(CNAME(name(&full(data))))),
            "MX" => data.split_once(' ').and_then(|(preference, host)| {
                let host = if host == "." {
                    host.to_owned()
                } else {
                    full(host)
                };
                Some(mx(preference.parse().ok()?, &host))
            }),
            "TXT" => Some(RData::TXT(TXT::new(vec![data.to_owned()]))),
            _ => None,
        };
        names.entry(full(owner)).or_default().0.extend(record);
    }
    for (place, fault) in &script.faults {
        if let Some((owner, kind)) = place.split_once(' ')
            && let Ok(kind) = kind.parse()
        {
            names.entry(full(owner)).or_default().1.insert(kind, *fault);
        }
    }
    for (name, (records, faults)) in names {
        zone.0.insert(name, Entry::Scripted(records, faults));
    }
}

/// Starts the server on UDP and TCP.
pub(crate) async fn spawn(
    tasks: &mut JoinSet<()>,
    zone: Arc<Zone>,
    port: u16,
) -> io::Result<SocketAddr> {
    let udp = Arc::new(UdpSocket::bind((Ipv4Addr::LOCALHOST, port)).await?);
    let address = udp.local_addr()?;
    let tcp = TcpListener::bind(address).await?;
    let shared = Arc::clone(&zone);
    tasks.spawn(async move {
        let mut packet = [0_u8; 4096];
        loop {
            // An error here is a former answer's ICMP refusal: the next question comes all the same.
            let Ok((length, from)) = udp.recv_from(&mut packet).await else {
                continue;
            };
            let Some(ask) = packet.get(..length) else {
                continue;
            };
            let Some(reply) = shared.answer(ask, false) else {
                continue;
            };
            let (delay, udp) = (shared.delay(ask), Arc::clone(&udp));
            if delay.is_zero() {
                let _ = udp.send_to(&reply, from).await;
            } else {
                tokio::spawn(async move {
                    tokio::time::sleep(delay).await;
                    let _ = udp.send_to(&reply, from).await;
                });
            }
        }
    });
    tasks.spawn(async move {
        while let Ok((stream, _)) = tcp.accept().await {
            tokio::spawn(serve_tcp(stream, Arc::clone(&zone)));
        }
    });
    Ok(address)
}

async fn serve_tcp(mut stream: TcpStream, zone: Arc<Zone>) {
    while let Ok(length) = stream.read_u16().await {
        let mut ask = vec![0; usize::from(length)];
        if stream.read_exact(&mut ask).await.is_err() {
            return;
        }
        if zone.fault(&ask) == Some(Fault::HoldsUp) {
            std::future::pending::<()>().await;
        }
        let Some(reply) = zone.answer(&ask, true) else {
            return;
        };
        let Ok(length) = u16::try_from(reply.len()) else {
            return;
        };
        if stream.write_u16(length).await.is_err() || stream.write_all(&reply).await.is_err() {
            return;
        }
    }
}

impl Zone {
    /// The answer to a question, `None` for silence.
    fn answer(&self, packet: &[u8], tcp: bool) -> Option<Vec<u8>> {
        let ask = Message::from_vec(packet).ok()?;
        let question = ask.queries.first()?;
        let mut reply = Message::response(ask.metadata.id, OpCode::Query);
        reply.add_query(question.clone());
        reply.metadata.recursion_desired = ask.metadata.recursion_desired;
        reply.metadata.recursion_available = true;
        let mut asked = question.name().clone();
        // A chain of aliases is followed as a recursive resolver does.
        for _ in 0..8 {
            let key = asked.to_ascii().trim_end_matches('.').to_ascii_lowercase();
            let all: Vec<RData> = match self.get(&key) {
                None => {
                    reply.metadata.response_code = ResponseCode::NXDomain;
                    break;
                }
                Some(Entry::Silent) => return None,
                Some(Entry::ServFail(times, asked, _))
                    if asked.fetch_add(1, Ordering::Relaxed) < *times =>
                {
                    reply.metadata.response_code = ResponseCode::ServFail;
                    break;
                }
                Some(Entry::Scripted(records, faults)) => {
                    match faults.get(&question.query_type()) {
                        Some(Fault::Silent) => return None,
                        Some(Fault::Truncated | Fault::HoldsUp) if !tcp => {
                            reply.metadata.truncation = true;
                            break;
                        }
                        Some(fault) => {
                            let code = match fault {
                                Fault::ServFail => ResponseCode::ServFail,
                                Fault::Refused => ResponseCode::Refused,
                                Fault::NotImplemented => ResponseCode::NotImp,
                                Fault::NxDomain => ResponseCode::NXDomain,
                                Fault::Silent | Fault::Truncated | Fault::HoldsUp | Fault::Slow => {
                                    ResponseCode::NoError
                                }
                            };
                            reply.metadata.response_code = code;
                            if code != ResponseCode::NoError {
                                break;
                            }
                        }
                        None => {}
                    }
                    records.clone()
                }
                Some(Entry::TcpOnly(_)) if !tcp => {
                    reply.metadata.truncation = true;
                    break;
                }
                Some(Entry::SilentAaaa(_)) if question.query_type() == RecordType::AAAA => {
                    return None;
                }
                Some(
                    Entry::Records(records)
                    | Entry::ServFail(_, _, records)
                    | Entry::TcpOnly(records)
                    | Entry::SilentAaaa(records),
                ) => records.clone(),
                Some(Entry::Rotating(turns, next)) => {
                    let matching: Vec<&RData> = turns
                        .iter()
                        .filter(|data| data.record_type() == question.query_type())
                        .collect();
                    if matching.is_empty() {
                        break;
                    }
                    let turn = next.fetch_add(1, Ordering::Relaxed) % matching.len();
                    matching
                        .get(turn)
                        .map(|&data| data.clone())
                        .into_iter()
                        .collect()
                }
            };
            let kind = question.query_type();
            let mut alias = None;
            for data in all {
                if let RData::CNAME(target) = &data {
                    alias = Some(target.0.clone());
                }
                if data.record_type() == kind || data.record_type() == RecordType::CNAME {
                    reply.add_answer(Record::from_rdata(asked.clone(), 1, data));
                }
            }
            match alias {
                Some(target) if kind != RecordType::CNAME => asked = target,
                _ => break,
            }
        }
        reply.to_vec().ok()
    }
}
