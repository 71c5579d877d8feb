//! Which certificates of servers are trusted.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use windlass_model::call::CallError;

use crate::client::EgressConfig;

/// How connections are encrypted: as the operator says, or without any check.
pub(crate) fn tls(config: &EgressConfig, insecure: bool) -> Result<ClientConfig, CallError> {
    let failed = |e: &dyn std::fmt::Display| CallError::internal(format!("no HTTP client can be made: {e}"));
    let builder = ClientConfig::builder();
    if insecure {
        return Ok(builder
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(NoVerifier))
            .with_no_client_auth());
    }
    let mut roots = Vec::new();
    for pem in &config.extra_roots {
        for root in CertificateDer::pem_slice_iter(pem) {
            roots.push(root.map_err(|e| failed(&e))?);
        }
    }
    if config.only_extra_roots {
        let mut store = RootCertStore::empty();
        for root in roots {
            store.add(root).map_err(|e| failed(&e))?;
        }
        return Ok(builder.with_root_certificates(store).with_no_client_auth());
    }
    let provider = Arc::clone(builder.crypto_provider());
    let verifier =
        rustls_platform_verifier::Verifier::new_with_extra_roots(roots, provider).map_err(|e| failed(&e))?;
    Ok(builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier)).with_no_client_auth())
}

/// Accepts any certificate: what `insecureSkipTLSVerify` asks for.
#[derive(Debug)]
struct NoVerifier;

impl ServerCertVerifier for NoVerifier {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &rustls::pki_types::ServerName<'_>,
        _: &[u8],
        _: rustls::pki_types::UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &rustls::DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &rustls::DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<rustls::SignatureScheme> {
        rustls::crypto::aws_lc_rs::default_provider().signature_verification_algorithms.supported_schemes()
    }
}
