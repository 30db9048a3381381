#include "http/tls/tls_session.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <boost/asio/error.hpp>
#include <new>

namespace toolrack::http {
namespace {

namespace error = boost::asio::error;

bool is_http(unsigned long error) {
    const int reason = ERR_GET_REASON(error);
    return reason == SSL_R_HTTP_REQUEST || reason == SSL_R_HTTPS_PROXY_REQUEST;
}

bool is_disconnect(unsigned long error) {
    return error == 0 || ERR_GET_LIB(error) == ERR_LIB_SYS ||
           ERR_GET_REASON(error) == SSL_R_UNEXPECTED_EOF_WHILE_READING;
}

}  // namespace

void tls_session::deleter::operator()(ssl_st* session) const noexcept { SSL_free(session); }

tls_session::tls_session(ssl_ctx_st& context, int socket) : bio_(socket), ssl_(SSL_new(&context)) {
    auto* bio = ssl_ ? bio_.make_bio() : nullptr;
    if (!bio) throw std::bad_alloc();
    SSL_set_bio(ssl_.get(), bio, bio);
    SSL_set_accept_state(ssl_.get());
}

// Clears OpenSSL's error queue, which belongs to the thread: another session may have left errors in it.
void tls_session::begin_operation() noexcept {
    ERR_clear_error();
    bio_.begin_operation();
}

tls_session::error_code tls_session::error_of(int returned, event& after) {
    switch (SSL_get_error(ssl_.get(), returned)) {
    case SSL_ERROR_NONE: return {};
    case SSL_ERROR_WANT_READ: after = event::wait_read; return error::would_block;
    case SSL_ERROR_WANT_WRITE: after = event::wait_write; return error::would_block;
    case SSL_ERROR_ZERO_RETURN: return error::eof;
    // Includes an end without close_notify: the data before it may be truncated.
    default: is_broken_ = true; return error::connection_reset;
    }
}

handshake_result tls_session::handshake() {
    begin_operation();
    const auto failed = error_of(SSL_do_handshake(ssl_.get()), reads_after_);
    if (!failed) return handshake_result::done;
    if (failed == error::would_block) return handshake_result::would_block;
    failure_ = ERR_peek_error();
    if (is_http(failure_)) return handshake_result::clear_text;
    return is_disconnect(failure_) ? handshake_result::disconnected : handshake_result::failed;
}

std::string tls_session::failure_reason() const {
    const auto verified = SSL_get_verify_result(ssl_.get());
    if (verified != X509_V_OK) {
        return std::string("the client's certificate is not accepted: ") + X509_verify_cert_error_string(verified);
    }
    const char* reason = ERR_reason_error_string(failure_);
    return reason ? reason : "unknown error";
}

std::string tls_session::client_certificate() const {
    const auto* shown = SSL_get0_peer_certificate(ssl_.get());
    if (!shown || SSL_get_verify_result(ssl_.get()) != X509_V_OK) return {};
    unsigned char* bytes = nullptr;
    const int size = i2d_X509(shown, &bytes);
    if (size <= 0) return {};
    std::string der(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
    OPENSSL_free(bytes);
    return der;
}

std::size_t tls_session::read(std::span<char> into, error_code& failed) {
    begin_operation();
    std::size_t bytes = 0;
    const auto returned = SSL_read_ex(ssl_.get(), into.data(), into.size(), &bytes);
    failed = error_of(returned, reads_after_);
    is_drained_ = failed == error::would_block;
    return bytes;
}

std::size_t tls_session::write(std::string_view text, error_code& failed) {
    std::size_t written = 0;
    failed = {};
    // Encrypts and sends one record at a time.
    while (written < text.size() && !failed) {
        begin_operation();
        std::size_t bytes = 0;
        const auto rest = text.substr(written);
        const auto returned = SSL_write_ex(ssl_.get(), rest.data(), rest.size(), &bytes);
        failed = error_of(returned, writes_after_);
        written += bytes;
    }
    is_drained_ = false;  // OpenSSL may have read while writing
    if (written > 0 && failed == error::would_block) failed = {};
    return written;
}

bool tls_session::has_pending() const noexcept { return !is_drained_ && SSL_has_pending(ssl_.get()); }

void tls_session::send_close_notify() noexcept {
    if (is_broken_ || !SSL_is_init_finished(ssl_.get())) return;
    begin_operation();
    (void)SSL_shutdown(ssl_.get());
    ERR_clear_error();
}

}  // namespace toolrack::http
