#include "config/address.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <charconv>
#include <optional>
#include <string_view>
#include <sys/un.h>

namespace toolrack::config {
namespace {

// An IP address: 32 or 128 bits.
struct ip {
    std::array<unsigned char, 16> bytes{};
    unsigned bits = 0;
};

std::optional<ip> parse_ip(const std::string& literal) {
    ip parsed;
    if (::inet_pton(AF_INET, literal.c_str(), parsed.bytes.data()) == 1) parsed.bits = 32;
    else if (::inet_pton(AF_INET6, literal.c_str(), parsed.bytes.data()) == 1) parsed.bits = 128;
    else return std::nullopt;
    return parsed;
}

std::string literal_of(const ip& ip) {
    char literal[INET6_ADDRSTRLEN] = {};
    ::inet_ntop(ip.bits == 32 ? AF_INET : AF_INET6, ip.bytes.data(), literal, sizeof literal);
    return literal;
}

// Accepts decimal digits only.
std::optional<unsigned> parse_number(std::string_view digits, unsigned most) {
    unsigned number = 0;
    const char* end = digits.data() + digits.size();
    const auto [rest, error] = std::from_chars(digits.data(), end, number);
    if (error != std::errc{} || rest != end || number > most) return std::nullopt;
    return number;
}

bool has_host_bits(const ip& ip, unsigned prefix) {
    for (unsigned bit = prefix; bit < ip.bits; ++bit)
        if (ip.bytes[bit / 8] & (0x80 >> bit % 8)) return true;
    return false;
}

address parse_unix_path(const text& written, std::string path) {
    constexpr std::size_t most = sizeof(sockaddr_un::sun_path) - 1;
    if (!path.starts_with('/'))
        written.refuse("names a relative socket", R"(an absolute path such as "unix:/run/toolrack/mcp.sock")");
    if (path.size() > most || path.find('\0') != path.npos)
        written.refuse("is too long for a socket path, or has a NUL character",
                       "a path of at most " + std::to_string(most) + " bytes");
    address parsed;
    parsed.kind = address::kind::unix_socket;
    parsed.path = std::move(path);
    parsed.where = written.where;
    return parsed;
}

}  // namespace

address parse_address(const text& written) {
    constexpr std::string_view expected =
        R"("127.0.0.1:8080", "[::1]:8080", "localhost:8080" or "unix:/run/toolrack/mcp.sock")";
    const std::string_view value = written.value;
    if (value.starts_with("unix:")) return parse_unix_path(written, std::string(value.substr(5)));

    const auto colon = value.rfind(':');
    if (colon == value.npos) written.refuse("has no port", expected);
    std::string host(value.substr(0, colon));
    const bool in_brackets = host.starts_with('[') && host.ends_with(']');
    if (in_brackets) host = host.substr(1, host.size() - 2);
    // No name resolution: a name could resolve to another address at every start.
    if (host == "localhost" && !in_brackets) host = "127.0.0.1";

    const auto parsed = parse_ip(host);
    if (!parsed || in_brackets != (parsed->bits == 128)) written.refuse("is not an address to listen on", expected);
    const auto port = parse_number(value.substr(colon + 1), 65535);
    if (!port) written.refuse("has no valid port", "a port from 0 (any) to 65535");
    address address;
    address.host = literal_of(*parsed);
    address.port = static_cast<unsigned short>(*port);
    address.where = written.where;
    return address;
}

std::string parse_network(const text& written) {
    constexpr std::string_view expected = R"(a network such as "10.0.0.0/8" or "fd00::/8")";
    const std::string_view value = written.value;
    const auto slash = value.find('/');
    const auto parsed = parse_ip(std::string(value.substr(0, slash)));
    if (!parsed || slash == value.npos) written.refuse("is not a network", expected);
    const auto prefix = parse_number(value.substr(slash + 1), parsed->bits);
    if (!prefix) written.refuse("has no valid prefix length", expected);
    if (has_host_bits(*parsed, *prefix)) written.refuse("has bits set beyond its prefix", expected);
    return literal_of(*parsed) + '/' + std::to_string(*prefix);
}

bool address::is_loopback() const {
    const auto parsed = parse_ip(host);
    if (!parsed) return false;
    if (parsed->bits == 32) return parsed->bytes[0] == 127;
    return literal_of(*parsed) == "::1";
}

std::string to_string(const address& address) {
    switch (address.kind) {
    case address::kind::unix_socket: return "unix:" + address.path;
    case address::kind::tcp: break;
    }
    const bool six = address.host.find(':') != std::string::npos;
    return (six ? '[' + address.host + ']' : address.host) + ':' + std::to_string(address.port);
}

}  // namespace toolrack::config
