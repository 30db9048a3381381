#include "cli/secret_target.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstring>

#include "base/error.hpp"

namespace toolrack::cli {
namespace {

[[noreturn]] void misuse(const std::string& sentence) { throw failure(sentence, exit_code::usage); }

bool is_writable(int descriptor) {
    const int flags = ::fcntl(descriptor, F_GETFL);
    return flags >= 0 && (flags & O_ACCMODE) != O_RDONLY;
}

void write_all(int to, std::string_view bytes) {
    while (!bytes.empty()) {
        const auto written = ::write(to, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) throw failure(fmt::format("The secret could not be written: {}.", std::strerror(errno)));
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
}

}  // namespace

void secret_target::add_options(CLI::App& command, const std::string& what) {
    what_ = what;
    auto* const out = command.add_option("--out", file_,
                                         "Put the " + what + " into this new file, which only its owner may read");
    auto* const fd = command.add_option("--fd", descriptor_,
                                        "Write the " + what + " to this open descriptor (1: standard output)");
    out->type_name("FILE");
    fd->type_name("N")->check(CLI::Range(1, 1'000'000))->excludes(out);
}

void secret_target::check(bool beside_json) const {
    if (descriptor_ >= 0 && !is_writable(descriptor_))
        misuse(fmt::format("Descriptor {} is not open for writing.", descriptor_));
    if (beside_json && file_.empty() && (descriptor_ < 0 || descriptor_ == STDOUT_FILENO))
        misuse(fmt::format("With --json standard output has what is said about the {0}. Say where the {0} itself goes: "
                           "--out FILE, or --fd N with another number than 1.",
                           what_));
    if (file_.empty() && descriptor_ < 0 && ::isatty(STDOUT_FILENO) != 1)
        misuse(fmt::format("Standard output is no terminal, so the {0} would end up in a file or a log that others may "
                           "read. Say where it goes: --out FILE for a new file, or --fd N (--fd 1 if it is standard "
                           "output that you mean).",
                           what_));
}

void secret_target::put(const secret& what) const {
    if (!file_.empty()) return put_into_file(what);
    const int to = descriptor_ >= 0 ? descriptor_ : STDOUT_FILENO;
    write_all(to, what.reveal());
    write_all(to, "\n");
}

void secret_target::put_into_file(const secret& what) const {
    const int to = ::open(file_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (to < 0 && errno == EEXIST)
        misuse(fmt::format("There is a file {} already. Name one that is not there.", file_));
    if (to < 0) misuse(fmt::format("The file {} cannot be made: {}.", file_, std::strerror(errno)));
    write_all(to, what.reveal());
    write_all(to, "\n");
    const bool is_kept = ::fsync(to) == 0;
    if (::close(to) != 0 || !is_kept) throw failure(fmt::format("The file {} cannot be written.", file_));
}

}  // namespace toolrack::cli
