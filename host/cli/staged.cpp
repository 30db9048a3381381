#include "cli/staged.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

#include "base/error.hpp"

namespace toolrack::cli {
namespace {

// A git that runs beside us: what it prints, read as far as one likes. Its complaints go where ours go, and its
// environment is ours, because a hook is told in it which index is meant.
class git {
public:
    // `input` becomes its standard input.
    explicit git(std::vector<std::string> arguments, int input) {
        int ends[2];
        if (::pipe2(ends, O_CLOEXEC) != 0)
            throw failure(fmt::format("No pipe can be made: {}.", std::strerror(errno)), exit_code::unavailable);
        output_ = ends[0];
        posix_spawn_file_actions_t actions;
        ::posix_spawn_file_actions_init(&actions);
        ::posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
        ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
        std::string name = "git";
        std::vector<char*> words{name.data()};
        for (auto& one : arguments) words.push_back(one.data());
        words.push_back(nullptr);
        const int wrong = ::posix_spawnp(&process_, "git", &actions, nullptr, words.data(), environ);
        ::posix_spawn_file_actions_destroy(&actions);
        ::close(ends[1]);
        if (wrong == 0) return;
        ::close(output_);
        throw failure(fmt::format("--staged asks git, which cannot be run: {}.", std::strerror(wrong)),
                      exit_code::unavailable);
    }
    ~git() {
        ::close(output_);
        if (process_ > 0) ::waitpid(process_, nullptr, 0);
    }
    git(const git&) = delete;
    git& operator=(const git&) = delete;

    // Up to `mark`, which is taken and not returned; nothing at the end.
    std::optional<std::string> read_until(char mark) {
        std::string text;
        while (!waiting_.empty() || fill()) {
            const auto end = waiting_.find(mark);
            text += waiting_.substr(0, end);
            waiting_.remove_prefix(std::min(end == waiting_.npos ? end : end + 1, waiting_.size()));
            if (end != std::string_view::npos) return text;
            if (text.size() > longest_word) throw garbled();
        }
        return std::nullopt;
    }

    // At least one and at most `most` bytes; nothing at the end.
    std::string_view read_some(std::uint64_t most) {
        if (waiting_.empty()) fill();
        const auto piece = waiting_.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(most, waiting_.size())));
        waiting_.remove_prefix(piece.size());
        return piece;
    }

    void must_end_well() {
        int status = 0;
        ::waitpid(std::exchange(process_, 0), &status, 0);
        if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return;
        throw failure("git could not say what is staged; its reason is above. "
                      "--staged is for a folder in a git repository.",
                      exit_code::unavailable);
    }

    static failure garbled() {
        return failure("git said what is staged in a way that is not understood.", exit_code::software);
    }

private:
    static constexpr std::size_t longest_word = 64 * 1024;

    bool fill() {
        ssize_t got = 0;
        do got = ::read(output_, buffer_, sizeof buffer_);
        while (got < 0 && errno == EINTR);
        waiting_ = std::string_view(buffer_, got > 0 ? static_cast<std::size_t>(got) : 0);
        return !waiting_.empty();
    }

    pid_t process_ = 0;
    int output_ = -1;
    char buffer_[64 * 1024];
    std::string_view waiting_;
};

struct staged {
    std::string object, name;
};

// One of ":100644 100644 OLD NEW M\0name\0". Of a submodule only its commit is staged, and of a file in
// conflict nothing.
std::optional<staged> read_entry(const std::string& line, std::string name) {
    constexpr std::string_view submodule = "160000";
    std::vector<std::string> words(1);
    for (const char c : line)
        if (c == ' ') words.emplace_back();
        else words.back() += c;
    if (words.size() != 5) throw git::garbled();
    const auto& object = words[3];
    if (words[1] == submodule || object.find_first_not_of('0') == object.npos) return std::nullopt;
    return staged{object, std::move(name)};
}

std::vector<staged> list_staged() {
    const int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    git said({"diff", "--cached", "--raw", "-z", "--no-abbrev", "--no-renames", "--no-relative", "--no-ext-diff",
              "--diff-filter=d"},
             nothing);
    ::close(nothing);
    std::vector<staged> all;
    while (const auto line = said.read_until('\0')) {
        auto name = said.read_until('\0');
        if (!name) throw git::garbled();
        if (auto entry = read_entry(*line, std::move(*name))) all.push_back(std::move(*entry));
    }
    said.must_end_well();
    return all;
}

// The objects' names as a file that nobody else sees, so that git can be read from without being written to.
int list_of_objects(const std::vector<staged>& all) {
    std::string names;
    for (const auto& one : all) names += one.object + '\n';
    const int list = ::memfd_create("staged", MFD_CLOEXEC);
    std::string_view left = names;
    while (list >= 0 && !left.empty()) {
        const auto written = ::write(list, left.data(), left.size());
        if (written <= 0) throw failure("There is no memory for the list of what is staged.", exit_code::unavailable);
        left.remove_prefix(static_cast<std::size_t>(written));
    }
    if (list < 0 || ::lseek(list, 0, SEEK_SET) != 0)
        throw failure("There is no memory for the list of what is staged.", exit_code::unavailable);
    return list;
}

// "OBJECT blob SIZE", which the bytes follow.
std::uint64_t read_size(const std::string& line, const staged& one) {
    const auto blank = line.rfind(' ');
    std::uint64_t size = 0;
    const auto* const end = line.data() + line.size();
    if (!line.starts_with(one.object + " blob ") ||
        std::from_chars(line.data() + blank + 1, end, size).ptr != end)
        throw failure(fmt::format("git has no content for {}, which is staged: {}.", one.name, line),
                      exit_code::unavailable);
    return size;
}

}  // namespace

void for_each_staged(const std::function<void(const std::string& name, const byte_source& bytes)>& read) {
    const auto all = list_staged();
    if (all.empty()) return;
    const int list = list_of_objects(all);
    git said({"cat-file", "--batch"}, list);
    ::close(list);
    for (const auto& one : all) {
        const auto line = said.read_until('\n');
        if (!line) throw git::garbled();
        auto left = read_size(*line, one);
        const byte_source bytes = [&] {
            const auto piece = said.read_some(left);
            if (piece.empty() && left > 0) throw git::garbled();
            left -= piece.size();
            return piece;
        };
        read(one.name, bytes);
        while (left > 0) bytes();
        said.read_some(1);  // the line's end behind it
    }
}

}  // namespace toolrack::cli
