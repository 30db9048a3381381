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

constexpr std::size_t largest_file = 1024 * 1024;

// Mozilla's "intermediate" without finite-field Diffie-Hellman, which clients could make expensive.
// Those of TLS 1.3 are all good.
constexpr const char* ciphers_of_1_2 = "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
                                       "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
                                       "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
constexpr const char* groups = "X25519:P-256:P-384";
constexpr const char* groups_with_post_quantum = "X25519MLKEM768:X25519:P-256:P-384";

template <auto Free>
struct freed_by {
    void operator()(auto* thing) const noexcept { Free(thing); }
};
using bio = std::unique_ptr<BIO, freed_by<BIO_free>>;
using certificate = std::unique_ptr<X509, freed_by<X509_free>>;
using private_key = std::unique_ptr<EVP_PKEY, freed_by<EVP_PKEY_free>>;

// One of the files, as complaints name it.
struct pem_file {
    const char* key;
    const std::string& path;

    std::string named() const { return std::string(key) + ": " + path; }
    [[noreturn]] void refuse(const std::string& why) const { throw failure(named() + " " + why); }
};

std::string reason() {
    const char* text = ERR_reason_error_string(ERR_peek_last_error());
    ERR_clear_error();
    return text ? text : "OpenSSL does not say why";
}

[[noreturn]] void give_up(const char* what) {
    throw failure(std::string("TLS cannot be set up: ") + what + " (" + reason() +
                  "). Check the installation of OpenSSL.");
}

// The bytes of a file, wiped when they go: they may be a key.
struct content {
    explicit content(const pem_file& file) {
        auto read = config::read_file(file.path, largest_file);
        if (!read)
            file.refuse("cannot be read (" + read.error().message() +
                        "). It must be a PEM file that the user who runs Toolrack may read.");
        bytes = std::move(read->bytes);
        mode = read->mode;
    }
    ~content() { wipe(bytes); }
    content(const content&) = delete;
    content& operator=(const content&) = delete;

    bio reader() const {
        bio made(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size())));
        if (!made) throw std::bad_alloc();
        return made;
    }

    std::string bytes;
    mode_t mode = 0;
};

// For OpenSSL, which would ask the terminal. Notes that it was asked.
int no_passphrase(char*, int, int, void* was_asked) {
    if (was_asked) *static_cast<bool*>(was_asked) = true;
    return -1;
}

std::vector<certificate> certificates_in(const pem_file& file) {
    const content text(file);
    const auto from = text.reader();
    std::vector<certificate> found;
    while (auto* next = PEM_read_bio_X509(from.get(), nullptr, no_passphrase, nullptr))
        found.emplace_back(next);
    // Not finding another one is how the file ends.
    if (ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE)
        file.refuse("holds a certificate that cannot be read (" + reason() +
                    "). Write it again, in PEM form.");
    ERR_clear_error();
    if (found.empty())
        file.refuse("holds no certificate in PEM form. It must begin with \"-----BEGIN "
                    "CERTIFICATE-----\".");
    return found;
}

private_key key_in(const pem_file& file) {
    const content text(file);
    if (text.mode & 0037)
        file.refuse("is open to others (mode " + octal(text.mode) +
                    "). Set its mode to 0600, or to 0640 for a group that may read it; if others "
                    "could have read it, replace the key.");
    bool needs_passphrase = false;
    private_key found(
        PEM_read_bio_PrivateKey(text.reader().get(), nullptr, no_passphrase, &needs_passphrase));
    if (needs_passphrase)
        file.refuse("is encrypted, and nobody could be asked for its passphrase. Write it without "
                    "one (openssl pkey -in FILE -out NEW), with mode 0600.");
    if (!found)
        file.refuse("holds no private key in PEM form (" + reason() +
                    "). It must begin with \"-----BEGIN PRIVATE KEY-----\".");
    ERR_clear_error();
    return found;
}

// Only HTTP/1.1 is spoken here. Who does not ask gets it, and who asks for others alone is told.
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

void set_protocol(SSL_CTX* made) {
    SSL_CTX_set_min_proto_version(made, TLS1_2_VERSION);
    SSL_CTX_set_max_proto_version(made, TLS1_3_VERSION);
    SSL_CTX_set_security_level(made, 2);
    SSL_CTX_set_options(
        made, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
    if (SSL_CTX_set_cipher_list(made, ciphers_of_1_2) != 1) give_up("no cipher is known");
    if (SSL_CTX_set1_groups_list(made, groups_with_post_quantum) != 1 &&
        SSL_CTX_set1_groups_list(made, groups) != 1)
        give_up("no group is known");
    ERR_clear_error();
    SSL_CTX_set_alpn_select_cb(made, choose_protocol, nullptr);
}

// What is idle holds no buffer; a record is read with one call when it came in one piece.
void set_manner(SSL_CTX* made) {
    SSL_CTX_set_mode(made,
                     SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                         SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_NO_AUTO_CHAIN);
    SSL_CTX_set_read_ahead(made, 1);
    SSL_CTX_set_session_cache_mode(made, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_num_tickets(made, 1);
}

void set_certificate(SSL_CTX* made, const config::tls& from) {
    const pem_file certificate_file{"tls.certificate", from.certificate};
    const pem_file key_file{"tls.key", from.key};
    const auto chain = certificates_in(certificate_file);
    const auto key = key_in(key_file);

    if (X509_check_private_key(chain.front().get(), key.get()) != 1) {
        ERR_clear_error();
        key_file.refuse("does not belong to the first certificate in " + from.certificate +
                        ". Name the key that this certificate was made with; the server's own "
                        "certificate comes first in its file.");
    }
    const auto refuse_weak = [&] {
        certificate_file.refuse("cannot be used (" + reason() +
                                "). Have it made with a key of at least 2048 bits (RSA) or 224 "
                                "(EC), and signed with SHA-256.");
    };
    if (SSL_CTX_use_certificate(made, chain.front().get()) != 1) refuse_weak();
    if (SSL_CTX_use_PrivateKey(made, key.get()) != 1) refuse_weak();
    for (std::size_t i = 1; i < chain.size(); ++i)
        if (SSL_CTX_add1_chain_cert(made, chain[i].get()) != 1) refuse_weak();
}

// A client is asked for its certificate, and one that it shows has to be good. Tickets would let it
// come back without being asked again, and carry its certificate around.
void set_clients(SSL_CTX* made, const config::tls& from) {
    if (from.client_ca.empty()) return;
    auto* trusted = SSL_CTX_get_cert_store(made);
    for (const auto& one : certificates_in({"tls.client_ca", from.client_ca})) {
        if (X509_STORE_add_cert(trusted, one.get()) != 1 ||
            SSL_CTX_add_client_CA(made, one.get()) != 1)
            throw std::bad_alloc();
    }
    // What the file names is trusted, whether it signed itself or not.
    X509_STORE_set_flags(trusted, X509_V_FLAG_PARTIAL_CHAIN);
    const int required = from.requires_client_certificate ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0;
    SSL_CTX_set_verify(made, SSL_VERIFY_PEER | required, nullptr);
    SSL_CTX_set_options(made, SSL_OP_NO_TICKET);
    SSL_CTX_set_num_tickets(made, 0);
}

std::string day_of(const ASN1_TIME* when) {
    std::tm parts{};
    std::array<char, 16> text{};
    if (ASN1_TIME_to_tm(when, &parts) != 1) return "an unknown day";
    std::strftime(text.data(), text.size(), "%Y-%m-%d", &parts);
    return text.data();
}

void look_at_dates(tls_settings& of, const config::tls& from) {
    const auto* own = SSL_CTX_get0_certificate(of.made.get());
    const auto* begin = X509_get0_notBefore(own);
    const auto* end = X509_get0_notAfter(own);
    of.valid_until = day_of(end);
    std::tm parts{};
    if (ASN1_TIME_to_tm(end, &parts) == 1) of.valid_until_time = ::timegm(&parts);
    const auto warn = [&](const std::string& what) {
        of.warnings.push_back("tls.certificate: " + from.certificate + " " + what +
                              ", so clients will refuse it. Replace it; a restart is not needed.");
    };
    if (X509_cmp_current_time(end) < 0) warn("expired on " + of.valid_until);
    if (X509_cmp_current_time(begin) > 0) warn("is not valid before " + day_of(begin));
}

}  // namespace

void tls_settings::freed::operator()(ssl_ctx_st* settings) const noexcept {
    SSL_CTX_free(settings);
}

tls_settings read_tls_settings(const config::tls& from) {
    ERR_clear_error();
    tls_settings settings;
    settings.made.reset(SSL_CTX_new(TLS_server_method()));
    if (!settings.made) give_up("there are no settings");
    auto* made = settings.made.get();
    set_protocol(made);
    set_manner(made);
    set_certificate(made, from);
    set_clients(made, from);
    look_at_dates(settings, from);
    return settings;
}

}  // namespace toolrack::http
