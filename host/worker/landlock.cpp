#include "worker/landlock.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <memory>

#include "base/descriptor.hpp"

namespace toolrack::worker::landlock {
namespace {

// From <linux/landlock.h>; Debian 12's header has only the first 14.
enum file_access : std::uint64_t {
    execute = 1 << 0,
    write_file = 1 << 1,
    read_file = 1 << 2,
    read_folder = 1 << 3,
    remove_folder = 1 << 4,
    remove_file = 1 << 5,
    make_character_device = 1 << 6,
    make_folder = 1 << 7,
    make_file = 1 << 8,
    make_socket = 1 << 9,
    make_pipe = 1 << 10,
    make_block_device = 1 << 11,
    make_link = 1 << 12,
    move_between_folders = 1 << 13,  // version 2
    truncate = 1 << 14,              // version 3
    control_device = 1 << 15         // version 5
};
constexpr std::uint64_t bind_tcp = 1 << 0, connect_tcp = 1 << 1;      // version 4
constexpr std::uint64_t abstract_sockets = 1 << 0, signals = 1 << 1;  // version 6
constexpr std::uint64_t for_files = execute | write_file | read_file | truncate | control_device;

constexpr std::uint64_t read_rights = read_file | read_folder;
// Creates files, folders, links and pipes, but no devices and no sockets.
constexpr std::uint64_t modify_rights = read_rights | write_file | remove_folder | remove_file | make_folder |
                                        make_file | make_pipe | make_link | move_between_folders | truncate;

struct ruleset_attributes {
    std::uint64_t files, tcp, scopes;
};
struct [[gnu::packed]] path_rule {
    std::uint64_t allowed;
    std::int32_t parent;
};

// The same numbers on every architecture.
constexpr long create_ruleset = 444, add_rule = 445, restrict_self = 446;
constexpr unsigned query_version = 1;
constexpr int path_beneath = 1;

std::uint64_t file_rights(unsigned version) {
    std::uint64_t all = (1 << 13) - 1;
    if (version >= 2) all |= move_between_folders;
    if (version >= 3) all |= truncate;
    if (version >= 5) all |= control_device;
    return all;
}

std::uint64_t rights(access granted) {
    switch (granted) {
    case access::read: return read_rights;
    case access::execute: return read_rights | execute;
    case access::modify: return modify_rights;
    }
    return 0;
}

complaint errno_error(const char* what) { return complain(std::string(what) + ": " + std::strerror(errno)); }

}  // namespace

unsigned version() noexcept {
    const long found = ::syscall(create_ruleset, nullptr, 0, query_version);
    return found > 0 ? static_cast<unsigned>(found) : 0;
}

result<std::vector<std::filesystem::path>, complaint> restrict_to(const std::vector<rule>& rules, bool network) {
    const unsigned supported = version();
    ruleset_attributes all{file_rights(supported), 0, 0};
    if (supported >= tcp_since && !network) all.tcp = bind_tcp | connect_tcp;
    if (supported >= signals_since) all.scopes = abstract_sockets | signals;
    // An older kernel accepts members that it does not know if they are zero.
    const descriptor ruleset(static_cast<int>(::syscall(create_ruleset, &all, sizeof all, 0)));
    if (!ruleset) return errno_error("Landlock cannot create a ruleset");

    std::vector<std::filesystem::path> missing;
    for (const auto& rule : rules) {
        const auto target = open_file(rule.path, O_PATH);
        struct stat about {};
        if (!target || ::fstat(target.get(), &about) != 0) {
            missing.push_back(rule.path);
            continue;
        }
        path_rule below{rights(rule.access) & all.files, target.get()};
        if (!S_ISDIR(about.st_mode)) below.allowed &= for_files;
        if (::syscall(add_rule, ruleset.get(), path_beneath, &below, 0) != 0)
            return errno_error(("Landlock cannot add a rule for " + rule.path.string()).c_str());
    }
    if (::syscall(restrict_self, ruleset.get(), 0) != 0) return errno_error("Landlock cannot restrict the process");
    return missing;
}

}  // namespace toolrack::worker::landlock
