#include "plugin/library.hpp"

#include <sys/stat.h>
#include <toolrack/abi.h>
#include <unistd.h>

#include <boost/dll/shared_library.hpp>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <memory>
#include <vector>

#include "base/digest.hpp"
#include "base/text.hpp"
#include "base/trusted_path.hpp"
#include "plugin/elf.hpp"

namespace toolrack::plugin {
namespace {

constexpr std::size_t largest_library = 512u * 1024 * 1024;

// A folder that only this user can enter; removed by the destructor of the cache.
std::filesystem::path make_private_folder() {
    const char* base = std::getenv("RUNTIME_DIRECTORY");  // systemd's
    if (!base) base = std::getenv("XDG_RUNTIME_DIR");
    if (!base || ::access(base, W_OK) != 0) base = std::getenv("TMPDIR");
    if (!base) base = "/tmp";
    std::string name = std::string(base) + "/toolrack-libraries-XXXXXX";
    if (!::mkdtemp(name.data()))
        throw failure("Cannot create a private folder in " + std::string(base) +
                      " to load libraries from: " + std::strerror(errno) + ". Set TMPDIR to a writable folder.");
    return name;
}

// A library runs with all rights of this process, so only root and this process's user may have written it. The bytes
// are read from the descriptor that was checked.
result<std::string, complaint> read_file(const std::filesystem::path& file) {
    struct stat there {};
    if (::stat(file.c_str(), &there) != 0) {
        if (errno == ENOENT) return complain("there is no such file");
        return complain(std::string("the file cannot be opened: ") + std::strerror(errno));
    }
    if (S_ISDIR(there.st_mode)) return complain("it is a directory");
    if (!S_ISREG(there.st_mode)) return complain("it is not a regular file");

    const auto opened = open_trusted(file, last_link::followed);
    if (!opened) return opened.error();
    const auto& [descriptor, about] = *opened;
    if (!S_ISREG(about.st_mode)) return complain("it is not a regular file");
    if (auto why = why_not_ours_alone(about); !why.why().empty()) return why;
    if (static_cast<std::size_t>(about.st_size) > largest_library) return complain("it is larger than 512 MiB");

    std::string bytes(static_cast<std::size_t>(about.st_size), '\0');
    std::size_t got = 0;
    while (got < bytes.size()) {
        const auto more = ::read(descriptor.get(), bytes.data() + got, bytes.size() - got);
        if (more < 0 && errno == EINTR) continue;
        if (more <= 0) return complain("reading the file failed before its end");
        got += static_cast<std::size_t>(more);
    }
    return bytes;
}

complaint pin_error(const std::string& found, const config::pin& pin) {
    if (found == pin.sha256) return {};
    return complain("it is not the pinned library: " + to_string(pin.where) + " expects the SHA-256 " + pin.sha256 +
                    ", and the file has " + found + "; if the change is intended, write the new value there");
}

// Checks the table without calling anything in it.
result<void, complaint> check_table(const toolrack_plugin* table) {
    if (!table) return complain("its entry function " TOOLRACK_ENTRY_NAME " returned null");
    if (table->size < sizeof(toolrack_plugin))
        return complain("its table is too short: " + std::to_string(table->size) + " bytes, expected at least " +
                        std::to_string(sizeof(toolrack_plugin)) + "; build it with toolrack/abi.h of version 1");
    if (!table->id) return complain("its table has no usable id");
    if (!table->version) return complain("its table has no usable version");
    if (!table->description) return complain("its table has no description");
    if (!table->create || !table->destroy || !table->get_extension)
        return complain("its table lacks one of create, destroy and get_extension");
    return {};
}

}  // namespace

unsigned abi_minor() noexcept { return TOOLRACK_ABI_MINOR; }

result<std::shared_ptr<const library>, complaint> load(const std::filesystem::path& file) {
    using boost::dll::load_mode::rtld_local;
    using boost::dll::load_mode::rtld_now;

    const auto opened = std::make_shared<boost::dll::shared_library>();
    try {
        // The throwing form: only its exception carries the loader's own reason.
        opened->load(file, rtld_now | rtld_local);
    } catch (const std::exception& error) {
        std::string why = error.what();
        if (const auto at = why.find(file.string()); at != std::string::npos) why.erase(0, at + file.string().size());
        while (!why.empty() && (why.front() == ':' || why.front() == ' ')) why.erase(0, 1);
        // Boost appends the text of an unrelated errno.
        for (const char* tail : {" [system:", "): Bad file descriptor", ": Bad file descriptor"})
            if (const auto at = why.find(tail); at != std::string::npos) why.erase(at);
        return complain("the dynamic loader refuses it: " + printable(why));
    }
    if (!opened->has(TOOLRACK_ENTRY_NAME)) {
        for (int major = 2; major < 10; ++major)
            if (opened->has("toolrack_plugin_v" + std::to_string(major)))
                return complain("it is built for major version " + std::to_string(major) +
                                " of the plugin ABI, and this server supports version 1; use a build for version 1");
        return complain("it does not export " TOOLRACK_ENTRY_NAME
                        "; is it a Toolrack plugin, built with toolrack_add_plugin()?");
    }

    const auto* table = opened->get<const toolrack_plugin*()>(TOOLRACK_ENTRY_NAME)();
    if (const auto checked = check_table(table); !checked) return checked.error();
    auto about =
        read_description(table->id, table->version, static_cast<unsigned>(table->abi_minor), table->description);
    if (!about) return about.error();
    return std::make_shared<const library>(opened, *table, std::move(*about));
}

library_cache::library_cache(library_probe probe, log& log)
    : probe_(std::move(probe)), log_(log), folder_(make_private_folder()) {}

library_cache::~library_cache() { remove_files(); }

void library_cache::remove_files() noexcept {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

result<std::filesystem::path, complaint> library_cache::copy(const std::filesystem::path& file,
                                                             const std::optional<config::pin>& pin) {
    const auto bytes = read_file(file);
    if (!bytes) return bytes.error();
    const auto digest = hex(sha256(*bytes));
    if (pin)
        if (auto why = pin_error(digest, *pin); !why.why().empty()) return why;
    if (const auto why = elf_error(*bytes)) return complain(*why);

    const auto copy = folder_ / (digest + ".so");
    if (std::filesystem::exists(copy)) return copy;
    std::ofstream out(copy, std::ios::binary);
    out.write(bytes->data(), static_cast<std::streamsize>(bytes->size()));
    out.close();
    if (!out) {
        std::error_code ignored;
        std::filesystem::remove(copy, ignored);
        return complain("its private copy cannot be written to " + folder_.string() + "; is the disk full?");
    }
    ::chmod(copy.c_str(), S_IRUSR | S_IXUSR);
    return copy;
}

result<std::shared_ptr<const library>, complaint> library_cache::open(const std::filesystem::path& file,
                                                                      const std::optional<config::pin>& pin) {
    const auto copied = copy(file, pin);
    if (!copied) return copied.error();
    return open_copy(*copied);
}

result<std::shared_ptr<const library>, complaint> library_cache::open_copy(const std::filesystem::path& copy) {
    if (const auto known = loaded_.find(copy); known != loaded_.end()) return known->second;
    log_.debug("probing {}", copy.string());
    if (const auto why = probe_(copy)) return complain(*why);
    auto opened = load(copy);
    if (opened) loaded_.emplace(copy, *opened);
    return opened;
}

}  // namespace toolrack::plugin
