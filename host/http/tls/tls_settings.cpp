#include "http/tls/tls_settings.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <array>
#include <ctime>
#include <string_view>

#include "base/error.hpp"
#include "base/secret.hpp"
#include "base/trusted_path.hpp"
#include "config/file.hpp"

namespace toolrack::http {
namespace {

constexpr std::size_t max_file = 1024 * 1024;

// Mozilla's "intermediate" list without finite-field Diffie-Hellman, which lets clients cause expensive computations.
// TLS 1.3 needs no list: all of its ciphers are accepted.
constexpr const char* tls_1_2_ciphers = "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
                                        "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
                                        "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
constexpr const char* groups = "X25519:P-256:P-384";
constexpr const char* groups_with_post_quantum = "X25519MLKEM768:X25519:P-256:P-384";

template <auto Free>
struct deleter_of {
    void operator()(auto* thing) const noexcept { Free(thing); }
};
using bio = std::unique_ptr<BIO, deleter_of<BIO_free>>;
using certificate = std::unique_ptr<X509, deleter_of<X509_free>>;
using private_key = std::unique_ptr<EVP_PKEY, deleter_of<EVP_PKEY_free>>;

// One of the files, and its key in the configuration.
struct pem_file {
    const char* key;
    const std::string& path;

    [[noreturn]] void fail(const std::string& why) const { throw failure(std::string(key) + ": " + path + " " + why); }
};

std::string reason() {
    const char* text = ERR_reason_error_string(ERR_peek_last_error());
    ERR_clear_error();
    return text ? text : "OpenSSL gave no reason";
}

[[noreturn]] void fail_setup(const char* what) {
    throw failure(std::string("TLS cannot be set up: ") + what + " (" + reason() +
                  "). Check the installation of OpenSSL.");
}

// The bytes of a file. Wiped by the destructor, because they may be a key.
struct file_content {
    explicit file_content(const pem_file& file) {
        auto read = config::read_file(file.path, max_file);
        if (!read)
            file.fail("cannot be read (" + read.error().message() +
                      "). It must be a PEM file that the user who runs Toolrack may read.");
        bytes = std::move(read->bytes);
        mode = read->mode;
    }
    ~file_content() { wipe(bytes); }
    file_content(const file_content&) = delete;
    file_content& operator=(const file_content&) = delete;

    bio reader() const {
        bio made(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size())));
        if (!made) throw std::bad_alloc();
        return made;
    }

    std::string bytes;
    mode_t mode = 0;
};

// OpenSSL's callback; without one it asks the terminal. Records the call in `*was_called`.
int no_passphrase(char*, int, int, void* was_called) {
    if (was_called) *static_cast<bool*>(was_called) = true;
    return -1;
}

std::vector<certificate> certificates_in(const pem_file& file) {
    const file_content text(file);
    const auto from = text.reader();
    std::vector<certificate> found;
    while (auto* next = PEM_read_bio_X509(from.get(), nullptr, no_passphrase, nullptr)) found.emplace_back(next);
    // PEM_R_NO_START_LINE means the end of the file.
    if (ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE)
        file.fail("contains a certificate that cannot be read (" + reason() + "). Write it again in PEM format.");
    ERR_clear_error();
    if (found.empty())
        file.fail("contains no certificate in PEM format. It must begin with \"-----BEGIN "
                  "CERTIFICATE-----\".");
    return found;
}

private_key key_in(const pem_file& file) {
    const file_content text(file);
    if (text.mode & 0037)
        file.fail("is open to others (mode " + octal(text.mode) +
                  "). Set its mode to 0600, or to 0640 for a group that may read it; if others "
                  "could have read it, replace the key.");
    bool needs_passphrase = false;
    private_key found(PEM_read_bio_PrivateKey(text.reader().get(), nullptr, no_passphrase, &needs_passphrase));
    if (needs_passphrase)
        file.fail("is encrypted, and the server cannot ask for its passphrase. Remove the passphrase (openssl pkey "
                  "-in FILE -out NEW) and set the mode to 0600.");
    if (!found)
        file.fail("contains no private key in PEM format (" + reason() +
                  "). It must begin with \"-----BEGIN PRIVATE KEY-----\".");
    ERR_clear_error();
    return found;
}

// ALPN: a client that offers protocols must offer http/1.1; otherwise it gets a fatal alert.
int choose_protocol(SSL*,
                    const unsigned char** chosen,
                    unsigned char* size,
                    const unsigned char* offered,
                    unsigned int offered_size,
                    void*) {
    static constexpr std::string_view ours = "\x08http/1.1";
    unsigned char* found = nullptr;
    const auto outcome = SSL_select_next_proto(&found,
                                               size,
                                               reinterpret_cast<const unsigned char*>(ours.data()),
                                               static_cast<unsigned>(ours.size()),
                                               offered,
                                               offered_size);
    *chosen = found;
    return outcome == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

void set_protocol(SSL_CTX* context) {
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION);
    SSL_CTX_set_security_level(context, 2);
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
    if (SSL_CTX_set_cipher_list(context, tls_1_2_ciphers) != 1) fail_setup("OpenSSL supports none of the ciphers");
    if (SSL_CTX_set1_groups_list(context, groups_with_post_quantum) != 1 &&
        SSL_CTX_set1_groups_list(context, groups) != 1)
        fail_setup("OpenSSL supports none of the groups");
    ERR_clear_error();
    SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
}

// Idle connections hold no buffer. Reading ahead takes a whole record with one call.
void set_buffers_and_sessions(SSL_CTX* context) {
    SSL_CTX_set_mode(context,
                     SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                         SSL_MODE_NO_AUTO_CHAIN);
    SSL_CTX_set_read_ahead(context, 1);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_num_tickets(context, 1);
}

void set_certificate(SSL_CTX* context, const config::tls& config) {
    const pem_file certificate_file{"tls.certificate", config.certificate};
    const pem_file key_file{"tls.key", config.key};
    const auto chain = certificates_in(certificate_file);
    const auto key = key_in(key_file);

    if (X509_check_private_key(chain.front().get(), key.get()) != 1) {
        ERR_clear_error();
        key_file.fail("does not belong to the first certificate in " + config.certificate +
                      ". Name the key of this certificate. The server's own certificate must come first in its "
                      "file.");
    }
    const auto fail_weak = [&] {
        certificate_file.fail("cannot be used (" + reason() +
                              "). It needs a key of at least 2048 bits (RSA) or 224 bits (EC), and a SHA-256 "
                              "signature.");
    };
    if (SSL_CTX_use_certificate(context, chain.front().get()) != 1) fail_weak();
    if (SSL_CTX_use_PrivateKey(context, key.get()) != 1) fail_weak();
    for (std::size_t i = 1; i < chain.size(); ++i)
        if (SSL_CTX_add1_chain_cert(context, chain[i].get()) != 1) fail_weak();
}

// The server requests a certificate, and one that does not verify fails the handshake. No session tickets: they would
// resume a session without verifying the certificate again, and they contain the certificate.
void set_client_authorities(SSL_CTX* context, const config::tls& config) {
    if (config.client_ca.empty()) return;
    auto* trusted = SSL_CTX_get_cert_store(context);
    for (const auto& one : certificates_in({"tls.client_ca", config.client_ca})) {
        if (X509_STORE_add_cert(trusted, one.get()) != 1 || SSL_CTX_add_client_CA(context, one.get()) != 1)
            throw std::bad_alloc();
    }
    // Trust every certificate in the file, also one that is not self-signed.
    X509_STORE_set_flags(trusted, X509_V_FLAG_PARTIAL_CHAIN);
    const int required = config.requires_client_certificate ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0;
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | required, nullptr);
    SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
    SSL_CTX_set_num_tickets(context, 0);
}

std::string day_of(const ASN1_TIME* when) {
    std::tm parts{};
    std::array<char, 16> text{};
    if (ASN1_TIME_to_tm(when, &parts) != 1) return "an unknown day";
    std::strftime(text.data(), text.size(), "%Y-%m-%d", &parts);
    return text.data();
}

void read_validity(tls_settings& of, const config::tls& config) {
    const auto* own = SSL_CTX_get0_certificate(of.context.get());
    const auto* begin = X509_get0_notBefore(own);
    const auto* end = X509_get0_notAfter(own);
    of.valid_until = day_of(end);
    std::tm parts{};
    if (ASN1_TIME_to_tm(end, &parts) == 1) of.valid_until_time = ::timegm(&parts);
    const auto warn = [&](const std::string& what) {
        of.warnings.push_back("tls.certificate: " + config.certificate + " " + what +
                              ", so clients will refuse it. Replace it. A restart is not needed.");
    };
    if (X509_cmp_current_time(end) < 0) warn("expired on " + of.valid_until);
    if (X509_cmp_current_time(begin) > 0) warn("is not valid before " + day_of(begin));
}

}  // namespace

void tls_settings::deleter::operator()(ssl_ctx_st* context) const noexcept { SSL_CTX_free(context); }

tls_settings read_tls_settings(const config::tls& config) {
    ERR_clear_error();
    tls_settings settings;
    settings.context.reset(SSL_CTX_new(TLS_server_method()));
    if (!settings.context) fail_setup("no SSL_CTX could be created");
    auto* context = settings.context.get();
    set_protocol(context);
    set_buffers_and_sessions(context);
    set_certificate(context, config);
    set_client_authorities(context, config);
    read_validity(settings, config);
    return settings;
}

}  // namespace toolrack::http
