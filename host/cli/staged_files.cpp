#include "cli/staged_files.hpp"

#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <sstream>
#include <utility>
#include <vector>

#include "base/error.hpp"

namespace toolrack::cli {
namespace {

failure unexpected_output() {
    return failure("git printed something that toolrack does not understand.", exit_code::software);
}

// A running git and its output. Its errors go to our standard error. It inherits our environment, because git names the
// index of a commit there when it runs a hook.
class git_process {
public:
    explicit git_process(const std::string& arguments) : output_(::popen(("exec git " + arguments).c_str(), "re")) {
        if (!output_) throw failure("--staged needs a pipe to git, which cannot be made.", exit_code::unavailable);
    }
    ~git_process() {
        if (output_) ::pclose(output_);
    }
    git_process(const git_process&) = delete;
    git_process& operator=(const git_process&) = delete;

    // Without `end`; empty at the end of the output.
    std::optional<std::string> read_until(char end) {
        char* text = nullptr;
        std::size_t size = 0;
        const auto length = ::getdelim(&text, &size, end, output_);
        const std::unique_ptr<char, decltype(&std::free)> owner(text, &std::free);
        if (length <= 0) return std::nullopt;
        if (text[length - 1] != end) throw unexpected_output();
        return std::string(text, static_cast<std::size_t>(length - 1));
    }

    // At most `most` bytes; empty at the end of the output.
    std::string_view read(std::uint64_t most) {
        const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(most, sizeof buffer_));
        return {buffer_, std::fread(buffer_, 1, wanted, output_)};
    }

    // Throws failure when git failed.
    void finish() {
        constexpr int command_not_found = 127;  // sh(1)
        const int status = ::pclose(std::exchange(output_, nullptr));
        if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return;
        if (WIFEXITED(status) && WEXITSTATUS(status) == command_not_found)
            throw failure("--staged needs git, which cannot be run. Install it, or add it to PATH.",
                          exit_code::unavailable);
        throw failure("git failed; its error is above. --staged works in a git repository.", exit_code::unavailable);
    }

private:
    std::FILE* output_;
    char buffer_[64 * 1024];
};

struct staged_file {
    std::string object, path;
};

// ":100644 100644 OLD NEW M". Empty for a submodule, which is staged as a commit, and for a conflict, which has no
// object.
std::optional<staged_file> parse_entry(const std::string& line, std::string path) {
    constexpr std::string_view submodule = "160000";
    std::string old_mode, mode, old_object, object, status;
    if (!(std::istringstream(line) >> old_mode >> mode >> old_object >> object >> status)) throw unexpected_output();
    if (mode == submodule || object.find_first_not_of('0') == object.npos) return std::nullopt;
    return staged_file{std::move(object), std::move(path)};
}

std::vector<staged_file> list_staged_files() {
    git_process git("diff --cached --raw -z --no-abbrev --no-renames --no-relative --no-ext-diff --diff-filter=d "
                    "</dev/null");
    std::vector<staged_file> files;
    while (const auto line = git.read_until('\0')) {
        auto path = git.read_until('\0');
        if (!path) throw unexpected_output();
        if (auto file = parse_entry(*line, std::move(*path))) files.push_back(std::move(*file));
    }
    git.finish();
    return files;
}

// The standard input of "git cat-file --batch". A file in memory instead of a pipe: git can be read without being
// written to at the same time.
class object_list {
public:
    explicit object_list(const std::vector<staged_file>& files)
        : file_(::fdopen(::memfd_create("objects", 0), "w"), &std::fclose) {
        for (const auto& one : files)
            if (file_) std::fputs((one.object + '\n').c_str(), file_.get());
        if (!file_ || std::fflush(file_.get()) != 0)
            throw failure("There is not enough memory for the list of staged files.", exit_code::unavailable);
    }

    std::string path() const { return fmt::format("/proc/self/fd/{}", ::fileno(file_.get())); }

private:
    std::unique_ptr<std::FILE, decltype(&std::fclose)> file_;
};

// "OBJECT blob SIZE", which the content follows.
std::uint64_t parse_size(const std::string& header, const staged_file& file) {
    std::string object, type;
    std::uint64_t size = 0;
    if ((std::istringstream(header) >> object >> type >> size) && object == file.object && type == "blob") return size;
    throw failure(fmt::format("git has no content for the staged file {}: {}.", file.path, header),
                  exit_code::unavailable);
}

}  // namespace

// One git process for all files: a process for each file takes about 20 times as long.
void for_each_staged_file(const std::function<void(const std::string& path, const byte_source& content)>& read) {
    const auto files = list_staged_files();
    if (files.empty()) return;
    const object_list objects(files);
    git_process git("cat-file --batch <" + objects.path());
    for (const auto& one : files) {
        const auto header = git.read_until('\n');
        if (!header) throw unexpected_output();
        auto left = parse_size(*header, one);
        const byte_source content = [&] {
            const auto piece = left > 0 ? git.read(left) : std::string_view();
            if (piece.empty() && left > 0) throw unexpected_output();
            left -= piece.size();
            return piece;
        };
        read(one.path, content);
        while (left > 0) content();
        git.read(1);  // the line end after the content
    }
}

}  // namespace toolrack::cli
