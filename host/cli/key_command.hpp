// `toolrack key`: manages the signing keys of hmac-token. It changes the keys file, whether a server runs or not; a
// running server reads the file again.
#pragma once

#include <string>

#include "base/error.hpp"
#include "cli/secret_output.hpp"
#include "cli/signing_options.hpp"

namespace toolrack::cli {

class key_command {
public:
    // Adds the command to `program`, which must outlive this.
    explicit key_command(CLI::App& program);
    key_command(const key_command&) = delete;
    key_command& operator=(const key_command&) = delete;

    bool is_selected() const;
    // Throws failure.
    exit_code run() const;

private:
    CLI::App& add(const char* name, const char* description);

    void make() const;
    void rotate() const;
    void retire() const;
    void list() const;
    void export_key() const;

    signing_options where_;
    std::string kid_, overlap_ = "24h";
    bool as_json_ = false, as_jwk_ = false, as_base64url_ = false;
    secret_output output_;
    // Last, because their options refer to the members above.
    CLI::App* command_;
    CLI::App *make_, *rotate_, *retire_, *list_, *export_;
};

}  // namespace toolrack::cli
