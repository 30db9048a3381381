// An OpenSSL SSL_CTX made from the files that [tls] names: protocol versions, ciphers, the certificate, its key, and
// the authorities of client certificates.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "config/config.hpp"

struct ssl_ctx_st;

namespace toolrack::http {

struct tls_settings {
    struct deleter {
        void operator()(ssl_ctx_st* context) const noexcept;
    };

    std::unique_ptr<ssl_ctx_st, deleter> context;
    std::string valid_until;            // last day of the certificate: "2027-01-31"
    std::int64_t valid_until_time = 0;  // the same in seconds since 1970; 0 when unknown
    std::vector<std::string> warnings;
};

// Throws failure: "tls.key: /etc/toolrack/tls.key is open to others (mode 0644). Set ...".
tls_settings read_tls_settings(const config::tls& config);

}  // namespace toolrack::http
