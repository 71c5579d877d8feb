//! Which addresses may be reached. A name is resolved once, every address is judged, and the connection goes to one
//! that passed: a second look-up that tells something else is never made.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use windlass_model::grant::AddressRange;

/// What may be reached, for one tenant under one policy.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct AddressPolicy {
    /// Loopback and private addresses only where granted.
    pub(crate) public_only: bool,
    /// Ranges that are granted although they are not public.
    pub(crate) granted: Vec<AddressRange>,
    /// The engine's own listeners and the like: never.
    pub(crate) blocked: Vec<SocketAddr>,
}

/// A refusal, or what the resolver says.
pub(crate) type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Why an address may not be reached.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("{0} is a link-local or cloud metadata address, which no step may reach")]
    Metadata(IpAddr),
    #[error("{0} is no address to connect to")]
    Unusable(IpAddr),
    #[error("{0} belongs to the engine or to the cluster it runs in, which no step may reach")]
    Own(SocketAddr),
    #[error("{0} is not a public address; grant the range that it is in")]
    Private(IpAddr),
}

impl AddressPolicy {
    /// The addresses of a host that may be reached, which is given by name or as an address itself.
    ///
    /// # Errors
    /// A [`Refusal`] if it has none but such as may not be reached, or what the resolver says.
    pub(crate) async fn resolve(&self, host: &str, port: u16) -> Result<Vec<SocketAddr>, BoxError> {
        let mut refused: Option<Refusal> = None;
        let mut allowed = Vec::new();
        for address in tokio::net::lookup_host((host, port)).await? {
            match self.check(address) {
                Ok(()) => allowed.push(address),
                Err(refusal) => refused = Some(refusal),
            }
        }
        match (allowed.is_empty(), refused) {
            (true, Some(refusal)) => Err(Box::new(refusal)),
            _ => Ok(allowed),
        }
    }

    /// Whether `address` may be reached.
    pub(crate) fn check(&self, address: SocketAddr) -> Result<(), Refusal> {
        let ip = canonical(address.ip());
        if is_metadata(ip) {
            return Err(Refusal::Metadata(ip));
        }
        if ip.is_unspecified() || ip.is_multicast() || ip == IpAddr::V4(Ipv4Addr::BROADCAST) {
            return Err(Refusal::Unusable(ip));
        }
        let own = |blocked: &SocketAddr| {
            canonical(blocked.ip()) == ip && (blocked.port() == 0 || blocked.port() == address.port())
        };
        if self.blocked.iter().any(own) {
            return Err(Refusal::Own(SocketAddr::new(ip, address.port())));
        }
        if self.public_only && !is_public(ip) && !self.granted.iter().any(|range| range.contains(ip)) {
            return Err(Refusal::Private(ip));
        }
        Ok(())
    }
}

/// IPv4 in any of its IPv6 disguises as IPv4: mapped (`::ffff:…`), compatible, NAT64 (`64:ff9b::…`) and 6to4.
fn canonical(ip: IpAddr) -> IpAddr {
    let IpAddr::V6(v6) = ip else { return ip };
    if let Some(v4) = v6.to_ipv4_mapped() {
        return IpAddr::V4(v4);
    }
    let from = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        IpAddr::V4(Ipv4Addr::new(a, b, c, d))
    };
    match v6.segments() {
        // Compatible addresses are obsolete, but some stacks still route them; ::1 and :: are what they are.
        [0, 0, 0, 0, 0, 0, high, low] if high != 0 => from(high, low),
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => from(high, low),
        [0x2002, high, low, ..] => from(high, low),
        _ => ip,
    }
}

/// Link-local ranges, where the metadata services of the clouds are, and those few that are elsewhere.
fn is_metadata(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(v4) => {
            v4.is_link_local()
                || v4 == Ipv4Addr::new(100, 100, 100, 200)
                || v4 == Ipv4Addr::new(192, 0, 0, 192)
                || v4 == Ipv4Addr::new(168, 63, 129, 16)
        }
        IpAddr::V6(v6) => {
            v6.segments()[0] & 0xffc0 == 0xfe80
                || v6 == Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254)
                || v6 == Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254)
        }
    }
}

fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            !(v4.is_loopback()
                || v4.is_private()
                || v4.is_documentation()
                || a == 0
                || a >= 240
                || (a == 100 && b & 0xc0 == 64)
                || (a == 192 && b == 0 && c == 0)
                || (a == 198 && b & 0xfe == 18))
        }
        IpAddr::V6(v6) => {
            // 2000::/3 is all that is given out; documentation and discard ranges within it are not.
            let first = v6.segments()[0];
            first & 0xe000 == 0x2000 && !(first == 0x2001 && v6.segments()[1] == 0xdb8)
        }
    }
}

/// Whether a URL names this machine itself, by address or as `localhost`.
#[must_use]
pub fn is_loopback_url(url: &url::Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => canonical(IpAddr::V6(ip)).is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(public_only: bool) -> AddressPolicy {
        AddressPolicy {
            public_only,
            granted: vec!["10.1.0.0/16".parse().unwrap()],
            blocked: vec!["127.0.0.1:7000".parse().unwrap(), "10.96.0.1:0".parse().unwrap()],
        }
    }

    fn allowed(policy: &AddressPolicy, address: &str) -> bool {
        policy.check(address.parse().unwrap()).is_ok()
    }

    #[test]
    fn metadata_is_never_reached_in_any_disguise() {
        for address in [
            "169.254.169.254:80",
            "[::ffff:169.254.169.254]:80",
            "[::169.254.169.254]:80",
            "[64:ff9b::a9fe:a9fe]:80",
            "[2002:a9fe:a9fe::1]:80",
            "[fe80::1]:80",
            "[fd00:ec2::254]:80",
            "100.100.100.200:80",
            "168.63.129.16:80",
            "0.0.0.0:80",
            "[::]:80",
            "224.0.0.1:80",
            "255.255.255.255:80",
        ] {
            assert!(!allowed(&policy(false), address), "{address}");
            assert!(!allowed(&policy(true), address), "{address}");
        }
    }

    #[test]
    fn kargo_reaches_private_addresses_but_not_the_engines_own() {
        for address in ["10.0.0.1:80", "127.0.0.1:80", "[::1]:80", "192.168.1.1:22", "8.8.8.8:53"] {
            assert!(allowed(&policy(false), address), "{address}");
        }
        assert!(!allowed(&policy(false), "127.0.0.1:7000"));
        assert!(!allowed(&policy(false), "[::ffff:127.0.0.1]:7000"));
        assert!(!allowed(&policy(false), "10.96.0.1:443"));
    }

    #[test]
    fn closed_reaches_private_addresses_only_by_grant() {
        for address in [
            "10.0.0.1:80",
            "127.0.0.1:80",
            "[::1]:80",
            "192.168.1.1:22",
            "172.16.0.1:1",
            "100.64.0.1:1",
            "198.18.0.1:1",
            "[fd12::1]:1",
            "[2001:db8::1]:1",
        ] {
            assert!(!allowed(&policy(true), address), "{address}");
        }
        for address in ["10.1.2.3:80", "[::ffff:10.1.2.3]:80", "8.8.8.8:53", "[2606:4700::1111]:443"] {
            assert!(allowed(&policy(true), address), "{address}");
        }
    }
}
