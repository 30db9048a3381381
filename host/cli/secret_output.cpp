#include "cli/secret_output.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstring>

#include "base/error.hpp"
#include "cli/usage_error.hpp"

namespace toolrack::cli {
namespace {

bool is_writable(int descriptor) {
    const int flags = ::fcntl(descriptor, F_GETFL);
    return flags >= 0 && (flags & O_ACCMODE) != O_RDONLY;
}

void write_all(int to, std::string_view bytes) {
    while (!bytes.empty()) {
        const auto written = ::write(to, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) throw failure(fmt::format("The secret cannot be written: {}.", std::strerror(errno)));
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
}

}  // namespace

void secret_output::add_options(CLI::App& command, const std::string& noun) {
    noun_ = noun;
    auto* const out =
        command.add_option("--out", file_, "Write the " + noun + " to this new file, which only its owner can read");
    auto* const fd =
        command.add_option("--fd", descriptor_, "Write the " + noun + " to this open descriptor (1: standard output)");
    out->type_name("FILE");
    fd->type_name("N")->check(CLI::Range(1, 1'000'000))->excludes(out);
}

void secret_output::check(bool prints_json) const {
    if (descriptor_ >= 0 && !is_writable(descriptor_))
        usage_error(fmt::format("Descriptor {} is not open for writing.", descriptor_));
    if (prints_json && file_.empty() && (descriptor_ < 0 || descriptor_ == STDOUT_FILENO))
        usage_error(fmt::format(
            "With --json, standard output is used for JSON. Choose where to write the {}: --out FILE, or --fd N "
            "with a number other than 1.",
            noun_));
    if (file_.empty() && descriptor_ < 0 && ::isatty(STDOUT_FILENO) != 1)
        usage_error(
            fmt::format("Standard output is not a terminal: the {} could be written to a file or a log that others can "
                        "read. Choose where to write it: --out FILE for a new file, or --fd N (--fd 1 for standard "
                        "output).",
                        noun_));
}

void secret_output::write(const secret& written) const {
    if (!file_.empty()) return write_file(written);
    const int to = descriptor_ >= 0 ? descriptor_ : STDOUT_FILENO;
    write_all(to, written.reveal());
    write_all(to, "\n");
}

void secret_output::write_file(const secret& written) const {
    const int to = ::open(file_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (to < 0 && errno == EEXIST) usage_error(fmt::format("The file {} already exists. Name a new file.", file_));
    if (to < 0) usage_error(fmt::format("The file {} cannot be created: {}.", file_, std::strerror(errno)));
    write_all(to, written.reveal());
    write_all(to, "\n");
    const bool is_kept = ::fsync(to) == 0;
    if (::close(to) != 0 || !is_kept) throw failure(fmt::format("The file {} cannot be written.", file_));
}

}  // namespace toolrack::cli
