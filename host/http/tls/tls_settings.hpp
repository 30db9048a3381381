// What every handshake needs, made from the files that [tls] names: protocol versions, ciphers, the
// certificate and its key, and whose clients are welcome.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "config/config.hpp"

struct ssl_ctx_st;

namespace toolrack::http {

struct tls_settings {
    struct freed {
        void operator()(ssl_ctx_st* settings) const noexcept;
    };

    std::unique_ptr<ssl_ctx_st, freed> made;
    std::string valid_until;            // the certificate is: "2027-01-31"
    std::int64_t valid_until_time = 0;  // the same, in seconds since 1970; 0 when it is not known
    std::vector<std::string> warnings;  // what can be served, but hardly is what was meant
};

// Throws failure: "tls.key: /etc/toolrack/tls.key is open to others (mode 0644). Set ...".
tls_settings read_tls_settings(const config::tls& from);

}  // namespace toolrack::http
