// An HTTPS client that uses blocking calls, and self-signed certificates.
#pragma once

#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <csignal>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "blocking_client.hpp"
#include "temporary_folder.hpp"

namespace toolrack::test {

template <auto Free>
struct deleter_of {
    void operator()(auto* thing) const noexcept { Free(thing); }
};

// A self-signed certificate and its key, in the files NAME.crt and NAME.key.
class test_certificate {
public:
    explicit test_certificate(const std::string& name)
        : certificate(folder_.path() / (name + ".crt")), key(folder_.path() / (name + ".key")) {
        renew(name);
    }

    // Replaces the files with a new certificate and key.
    void renew(const std::string& name) {
        key_.reset(EVP_EC_gen("P-256"));
        x509_.reset(X509_new());
        X509_set_version(x509_.get(), 2);
        X509_gmtime_adj(X509_getm_notBefore(x509_.get()), -60);
        X509_gmtime_adj(X509_getm_notAfter(x509_.get()), 24 * 3600);
        X509_set_pubkey(x509_.get(), key_.get());
        auto* subject = X509_get_subject_name(x509_.get());
        X509_NAME_add_entry_by_txt(
            subject, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
        X509_set_issuer_name(x509_.get(), subject);
        X509_sign(x509_.get(), key_.get(), EVP_sha256());
        write(key, [&](BIO* to) { PEM_write_bio_PrivateKey(to, key_.get(), nullptr, nullptr, 0, nullptr, nullptr); });
        write(certificate, [&](BIO* to) { PEM_write_bio_X509(to, x509_.get()); });
    }

    std::string der() const { return der_of(x509_.get()); }
    static std::string der_of(const X509* of) {
        unsigned char* bytes = nullptr;
        const auto size = i2d_X509(of, &bytes);
        std::string made(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
        OPENSSL_free(bytes);
        return made;
    }

    config::tls settings() const {
        config::tls made;
        made.certificate = certificate;
        made.key = key;
        return made;
    }

private:
    static void write(const std::filesystem::path& at, const std::function<void(BIO*)>& what) {
        const std::unique_ptr<BIO, deleter_of<BIO_free>> memory(BIO_new(BIO_s_mem()));
        what(memory.get());
        char* bytes = nullptr;
        const auto size = BIO_get_mem_data(memory.get(), &bytes);
        const auto next = at.string() + ".new";
        std::ofstream(next, std::ios::binary).write(bytes, size);
        std::filesystem::permissions(next, std::filesystem::perms(0600));
        std::filesystem::rename(next, at);
    }

    temporary_folder folder_;
    std::unique_ptr<EVP_PKEY, deleter_of<EVP_PKEY_free>> key_;
    std::unique_ptr<X509, deleter_of<X509_free>> x509_;

public:
    const std::filesystem::path certificate;
    const std::filesystem::path key;
};

class tls_client : public response_reader<tls_client> {
public:
    explicit tls_client(const config::address& to,
                        int version = TLS1_3_VERSION,
                        const test_certificate* certificate = nullptr,
                        int receive_buffer = 0)
        : socket_(connect_to(to, receive_buffer)), settings_(SSL_CTX_new(TLS_client_method())) {
        std::signal(SIGPIPE, SIG_IGN);  // OpenSSL's own sockets raise it
        SSL_CTX_set_min_proto_version(settings_.get(), version);
        SSL_CTX_set_max_proto_version(settings_.get(), version);
        if (certificate) {
            SSL_CTX_use_certificate_file(settings_.get(), certificate->certificate.c_str(), SSL_FILETYPE_PEM);
            SSL_CTX_use_PrivateKey_file(settings_.get(), certificate->key.c_str(), SSL_FILETYPE_PEM);
        }
        ssl_.reset(SSL_new(settings_.get()));
        SSL_set_fd(ssl_.get(), socket_.get());
        is_connected_ = SSL_connect(ssl_.get()) == 1;
    }

    bool is_connected() const { return is_connected_; }
    SSL* session() { return ssl_.get(); }
    std::string server_certificate() const { return test_certificate::der_of(SSL_get0_peer_certificate(ssl_.get())); }
    bool has_received_close_notify() const { return (SSL_get_shutdown(ssl_.get()) & SSL_RECEIVED_SHUTDOWN) != 0; }

    // Closes after close_notify.
    void close() {
        SSL_shutdown(ssl_.get());
        socket_.reset();
    }
    void reset_connection() { test::reset_connection(socket_); }

    bool send(std::string_view text) { return SSL_write(ssl_.get(), text.data(), static_cast<int>(text.size())) > 0; }
    // Collects further output until send_collected().
    void collect_output() {
        SSL_set0_wbio(ssl_.get(), BIO_new(BIO_s_mem()));
        const int send_buffer = 4 * 1024 * 1024;
        setsockopt(socket_.get(), SOL_SOCKET, SO_SNDBUF, &send_buffer, sizeof send_buffer);
    }
    bool send_collected() {
        char* bytes = nullptr;
        const auto size = BIO_get_mem_data(SSL_get_wbio(ssl_.get()), &bytes);
        return ::send(socket_.get(), bytes, static_cast<std::size_t>(size), MSG_NOSIGNAL) == size;
    }
    long receive(char* into, std::size_t most) { return SSL_read(ssl_.get(), into, static_cast<int>(most)); }

private:
    descriptor socket_;
    std::unique_ptr<SSL_CTX, deleter_of<SSL_CTX_free>> settings_;
    std::unique_ptr<SSL, deleter_of<SSL_free>> ssl_;
    bool is_connected_ = false;
};

}  // namespace toolrack::test
