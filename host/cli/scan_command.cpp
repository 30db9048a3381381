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
#include <filesystem>
#include <system_error>

#include "cli/leak_report.hpp"
#include "cli/staged_files.hpp"

namespace toolrack::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* standard_input = "-";

void scan_content(const std::string& name, const byte_source& content, leak_report& report) {
    token::secret_scanner scanner([&](const token::finding& leak) { report.add_leak(name, leak); });
    for (auto piece = content(); !piece.empty(); piece = content()) scanner.scan(piece);
    scanner.finish();
    report.count_file();
}

void scan_descriptor(const std::string& name, int from, leak_report& report) {
    std::vector<char> buffer(64 * 1024);
    int error = 0;
    const byte_source content = [&]() -> std::string_view {
        for (;;) {
            const auto size = ::read(from, buffer.data(), buffer.size());
            if (size >= 0) return {buffer.data(), static_cast<std::size_t>(size)};
            if (errno == EINTR) continue;
            error = errno;
            return {};
        }
    };
    scan_content(name, content, report);
    if (error) report.add_unreadable(name, std::strerror(error));
}

// `is_named`: on the command line, where it may be a link or a pipe. Other files are read only if they are regular
// files, and opening them must not block.
void scan_file(const fs::path& file, bool is_named, leak_report& report) {
    const int opened = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | (is_named ? 0 : O_NOFOLLOW | O_NONBLOCK));
    if (opened < 0) return report.add_unreadable(file.string(), std::strerror(errno));
    struct stat found {};
    if (is_named || (::fstat(opened, &found) == 0 && S_ISREG(found.st_mode)))
        scan_descriptor(file.string(), opened, report);
    ::close(opened);
}

// The objects of a git repository are compressed, so nothing can be found in them. `git log -p | toolrack scan -` scans
// the history.
bool is_object_store(const fs::path& directory) {
    std::error_code ignored;
    return directory.filename() == "objects" && fs::exists(directory.parent_path() / "HEAD", ignored) &&
           fs::exists(directory.parent_path() / "refs", ignored);
}

void scan_directory(const fs::path& directory, leak_report& report);

void scan_entry(const fs::directory_entry& entry, leak_report& report) {
    std::error_code error;
    const auto status = entry.symlink_status(error);
    if (fs::is_directory(status)) return scan_directory(entry.path(), report);
    if (fs::is_regular_file(status)) return scan_file(entry.path(), false, report);
    if (status.type() == fs::file_type::none) report.add_unreadable(entry.path().string(), error.message());
}

void scan_directory(const fs::path& directory, leak_report& report) {
    if (is_object_store(directory)) return;
    std::error_code error;
    std::vector<fs::directory_entry> entries;
    for (fs::directory_iterator at(directory, error), end; !error && at != end; at.increment(error))
        entries.push_back(*at);
    if (error) report.add_unreadable(directory.string(), error.message());
    std::sort(entries.begin(), entries.end());  // for the same output each time
    for (const auto& entry : entries) scan_entry(entry, report);
}

void scan_argument(const std::string& path, leak_report& report) {
    if (path == standard_input) return scan_descriptor("(standard input)", STDIN_FILENO, report);
    std::error_code ignored;
    if (fs::is_directory(path, ignored)) return scan_directory(path, report);
    scan_file(path, true, report);
}

}  // namespace

scan_command::scan_command(CLI::App& program)
    : command_(program.add_subcommand("scan",
                                      "Find leaked tokens and signing keys in files and directories, or in "
                                      "the files that git has staged")) {
    auto* const paths = command_->add_option("path",
                                             paths_,
                                             "Files, and directories with everything below them; "
                                             "\"-\" is standard input");
    paths->type_name("PATH");
    command_->add_flag("--staged", is_staged_, "Scan the files that git has staged; for a pre-commit hook")
        ->excludes(paths);
    command_->add_flag("--json", as_json_, "Print one line of JSON");
    command_->footer("Exit code: 1 when something is found, 0 when nothing is found, 66 when a file cannot be read.");
}

bool scan_command::is_selected() const { return command_->parsed(); }

int scan_command::run() const {
    if (paths_.empty() && !is_staged_)
        throw failure("There is nothing to scan. Use toolrack scan PATH, or toolrack scan --staged.", exit_code::usage);
    leak_report report(as_json_);
    if (is_staged_)
        for_each_staged_file(
            [&](const std::string& path, const byte_source& content) { scan_content(path, content, report); });
    for (const auto& path : paths_) scan_argument(path, report);
    report.finish(is_staged_);
    if (report.has_leaks()) return 1;
    return report.has_read_all() ? EX_OK : EX_NOINPUT;
}

}  // namespace toolrack::cli
