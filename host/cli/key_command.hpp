// `toolrack key`: the keys that tokens are signed with. Works on the file, so with the server stopped as well as
// running; a running one notices.
#pragma once

#include <string>

#include "cli/secret_target.hpp"
#include "cli/signing.hpp"
#include "base/error.hpp"

namespace toolrack::cli {

class key_command {
public:
    // Adds itself to the program, which must outlive it.
    explicit key_command(CLI::App& program);
    key_command(const key_command&) = delete;
    key_command& operator=(const key_command&) = delete;

    bool is_asked_for() const;
    // Throws failure.
    exit_code run() const;

private:
    CLI::App& add(const char* name, const char* what_for);

    void make() const;
    void rotate() const;
    void retire() const;
    void list() const;
    void show() const;

    signing_words where_;
    std::string kid_, overlap_ = "24h";
    bool as_json_ = false, as_jwk_ = false, as_base64url_ = false;
    secret_target target_;
    // Last: they are told about what is above.
    CLI::App* command_;
    CLI::App *make_, *rotate_, *retire_, *list_, *export_;
};

}  // namespace toolrack::cli
