#include "plugin/process/confinement.hpp"

#include <limits>
#include <stdexcept>

#include <toolrack/json.hpp>

#include "wire/json.hpp"

namespace toolrack::plugin {
namespace {

namespace fs = std::filesystem;

void add(std::string& json, std::string_view key, const std::vector<std::string>& paths) {
    json += ",\"" + std::string(key) + "\":[";
    for (const auto& path : paths) {
        if (json.back() != '[') json += ',';
        json::write_string(json, path);
    }
    json += ']';
}

void add(std::string& json, std::string_view key, const fs::path& path) {
    json += ",\"" + std::string(key) + "\":";
    json::write_string(json, path.string());
}

std::vector<std::string> texts_of(const json::value& list) {
    if (!list.is_array()) throw std::runtime_error("a list of paths is not an array");
    std::vector<std::string> texts;
    for (const auto& one : list) texts.push_back(one.str());
    return texts;
}

unsigned read_unsigned(const json::value& number) {
    const auto read = number.u64();
    if (read > std::numeric_limits<unsigned>::max()) throw std::runtime_error("a number is too large");
    return static_cast<unsigned>(read);
}

}  // namespace

std::string to_json(const confinement& confinement) {
    const auto& granted = confinement.granted;
    std::string json = R"({"network":)";
    json += granted.network ? "true" : "false";
    json += R"(,"required":)";
    json += granted.required ? "true" : "false";
    json += R"(,"processes":)" + std::to_string(granted.processes);
    json += R"(,"memory":)" + std::to_string(granted.memory);
    json += R"(,"threads":)" + std::to_string(confinement.threads);
    add(json, "read", granted.read);
    add(json, "write", granted.write);
    add(json, "library", confinement.library);
    add(json, "state", confinement.state);
    return json + '}';
}

// Every member is required: a missing one must not read as granted.
result<confinement, complaint> read_confinement(std::string_view text) {
    if (const auto fault = wire::check_json(text))
        return complain("the confinement is invalid: " + std::string(to_string(fault->kind)));
    try {
        const json::value root(text);
        confinement read;
        read.granted.network = root.at("network").boolean();
        read.granted.required = root.at("required").boolean();
        read.granted.processes = read_unsigned(root.at("processes"));
        read.granted.memory = root.at("memory").u64();
        read.threads = root.at("threads").u64();
        read.granted.read = texts_of(root.at("read"));
        read.granted.write = texts_of(root.at("write"));
        read.library = root.at("library").str();
        read.state = root.at("state").str();
        return read;
    } catch (const std::exception& wrong) {
        return complain(std::string("the confinement is invalid: ") + wrong.what());
    }
}

fs::path state_folder_of(const fs::path& server_state, const std::string& name) {
    return server_state.empty() ? fs::path() : server_state / "plugins" / name;
}

std::vector<std::string> always_readable(bool network) {
    std::vector<std::string> paths{
        "/lib",
        "/lib64",
        "/usr/lib",
        "/usr/lib64",
        "/usr/local/lib",
        "/etc/ld.so.cache",
        // Time zones, languages, character sets.
        "/usr/share/zoneinfo",
        "/etc/localtime",
        "/etc/timezone",
        "/usr/share/locale",
        "/usr/share/i18n",
        // OpenSSL fails, even for a digest, when this file exists and is not readable.
        "/etc/ssl/openssl.cnf",
        // The number of processors, the amount of memory, the mappings of the process itself.
        "/sys/devices/system/cpu",
        "/proc/cpuinfo",
        "/proc/meminfo",
        "/proc/self/maps",
        "/dev/zero",
        "/dev/random",
        "/dev/urandom"};
    if (network)
        for (const char* path : {"/etc/resolv.conf",
                                 "/etc/hosts",
                                 "/etc/host.conf",
                                 "/etc/nsswitch.conf",
                                 "/etc/gai.conf",
                                 "/etc/services",
                                 "/etc/protocols",
                                 "/etc/ssl/certs",
                                 "/usr/share/ca-certificates",
                                 "/usr/local/share/ca-certificates",
                                 "/etc/pki/tls/certs",
                                 "/etc/pki/ca-trust/extracted"})
            paths.emplace_back(path);
    return paths;
}

}  // namespace toolrack::plugin
