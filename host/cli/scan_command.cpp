#include "cli/scan_command.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <system_error>

namespace toolrack::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* standard_input = "-";

void look_for_leaks(const std::string& name, const byte_source& bytes, leak_report& report) {
    token::leak_finder finder([&](const token::leak& leak) { report.found(name, leak); });
    for (auto piece = bytes(); !piece.empty(); piece = bytes()) finder.feed(piece);
    finder.end();
    report.read_one();
}

// What an open descriptor gives.
void read_descriptor(const std::string& name, int from, leak_report& report) {
    std::vector<char> buffer(64 * 1024);
    int wrong = 0;
    const byte_source bytes = [&]() -> std::string_view {
        for (;;) {
            const auto got = ::read(from, buffer.data(), buffer.size());
            if (got >= 0) return {buffer.data(), static_cast<std::size_t>(got)};
            if (errno == EINTR) continue;
            wrong = errno;
            return {};
        }
    };
    look_for_leaks(name, bytes, report);
    if (wrong) report.cannot_read(name, std::strerror(wrong));
}

// `is_named`: by whoever runs this, who may mean a link or a pipe. What is only found on the way is read when it is
// a regular file, and opening it must not wait for anybody.
void read_file(const fs::path& file, bool is_named, leak_report& report) {
    const int opened = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | (is_named ? 0 : O_NOFOLLOW | O_NONBLOCK));
    if (opened < 0) return report.cannot_read(file.string(), std::strerror(errno));
    struct stat found {};
    if (is_named || (::fstat(opened, &found) == 0 && S_ISREG(found.st_mode)))
        read_descriptor(file.string(), opened, report);
    ::close(opened);
}

// Where git keeps its objects, which are compressed: nothing can be found in there, and `git log -p | toolrack scan -`
// reads what they say.
bool is_object_store(const fs::path& folder) {
    std::error_code none;
    return folder.filename() == "objects" && fs::exists(folder.parent_path() / "HEAD", none) &&
           fs::exists(folder.parent_path() / "refs", none);
}

void read_folder(const fs::path& folder, leak_report& report);

void read_entry(const fs::directory_entry& entry, leak_report& report) {
    std::error_code wrong;
    const auto status = entry.symlink_status(wrong);
    if (fs::is_directory(status)) return read_folder(entry.path(), report);
    if (fs::is_regular_file(status)) return read_file(entry.path(), false, report);
    if (status.type() == fs::file_type::none) report.cannot_read(entry.path().string(), wrong.message());
}

void read_folder(const fs::path& folder, leak_report& report) {
    if (is_object_store(folder)) return;
    std::error_code wrong;
    std::vector<fs::directory_entry> entries;
    for (fs::directory_iterator at(folder, wrong), end; !wrong && at != end; at.increment(wrong))
        entries.push_back(*at);
    if (wrong) report.cannot_read(folder.string(), wrong.message());
    std::sort(entries.begin(), entries.end());  // the same order each time
    for (const auto& entry : entries) read_entry(entry, report);
}

void read_named(const std::string& path, leak_report& report) {
    if (path == standard_input) return read_descriptor("(standard input)", STDIN_FILENO, report);
    std::error_code wrong;
    if (fs::is_directory(path, wrong)) return read_folder(path, report);
    read_file(path, true, report);
}

}  // namespace

scan_command::scan_command(CLI::App& program)
    : command_(program.add_subcommand("scan", "Look for leaked tokens and keys in files and folders, or in what git "
                                              "is about to commit")) {
    auto* const paths = command_->add_option("path", paths_, "Files and folders, these with all that is in them; "
                                                             "\"-\" is standard input");
    paths->type_name("PATH");
    command_->add_flag("--staged", is_staged_, "Look at what git has staged; for a pre-commit hook")->excludes(paths);
    command_->add_flag("--json", as_json_, "One line of JSON");
    command_->footer("Exit code 1 when something is found, 0 when nothing is, 66 when something could not be read.");
}

bool scan_command::is_asked_for() const { return command_->parsed(); }

int scan_command::run() const {
    if (paths_.empty() && !is_staged_)
        throw failure("Say where to look: toolrack scan PATH, or toolrack scan --staged.", exit_code::usage);
    leak_report report(as_json_);
    if (is_staged_)
        for_each_staged([&](const std::string& name, const byte_source& bytes) {
            look_for_leaks(name, bytes, report);
        });
    for (const auto& path : paths_) read_named(path, report);
    report.finish(is_staged_);
    if (report.has_found_any()) return 1;
    return report.has_read_all() ? EX_OK : EX_NOINPUT;
}

}  // namespace toolrack::cli
