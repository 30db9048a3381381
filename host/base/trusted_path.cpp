#include "base/trusted_path.hpp"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstring>
#include <deque>
#include <utility>

namespace toolrack {
namespace {

namespace fs = std::filesystem;

constexpr int most_links = 40;  // as in the kernel

complaint because(const std::string& what) { return complain(what + ": " + std::strerror(errno)); }

bool is_ours(const struct stat& about) { return about.st_uid == 0 || about.st_uid == ::geteuid(); }

// Whether the group of the file is the private group of this process's user: it has the name of the user, is the user's
// primary group and has no other member. Never true for root.
bool has_private_group(const struct stat& about) {
    if (::geteuid() == 0) return false;
    std::array<char, 4096> of_user, of_group;
    passwd user{}, *found_user = nullptr;
    group group{}, *found_group = nullptr;
    if (::getpwuid_r(::geteuid(), &user, of_user.data(), of_user.size(), &found_user) != 0 || !found_user) return false;
    if (::getgrgid_r(about.st_gid, &group, of_group.data(), of_group.size(), &found_group) != 0 || !found_group)
        return false;
    if (user.pw_gid != about.st_gid || std::strcmp(user.pw_name, group.gr_name) != 0) return false;
    for (char** member = group.gr_mem; *member; ++member)
        if (std::strcmp(*member, user.pw_name) != 0) return false;
    return true;
}

bool is_safe_folder(const struct stat& about) {
    if (!is_ours(about)) return false;
    if ((about.st_mode & S_ISVTX) != 0 || (about.st_mode & 0022) == 0) return true;
    return (about.st_mode & 0002) == 0 && has_private_group(about);
}

// Walks down a path. The remaining names are a queue; the target of a link is put in front.
class walk {
public:
    walk(const fs::path& path, int how) : how_(how) { push_front(fs::absolute(path)); }

    // Opens the last name of the path.
    result<trusted_path, complaint> open_last(last_link links) {
        while (!left_.empty()) {
            const std::string name = std::move(left_.front());
            left_.pop_front();
            const auto here = walked_ / name;
            descriptor next(::openat(at_.get(), name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
            struct stat about {};
            if (!next || ::fstat(next.get(), &about) != 0) {
                if (left_.empty() && errno == ENOENT && (how_ & O_CREAT) != 0) return open_file(name);
                if (left_.empty()) return complain(std::strerror(errno));
                return because("cannot open its folder " + here.string());
            }
            if (S_ISLNK(about.st_mode)) {
                if (left_.empty() && links == last_link::refused)
                    return complain("it is a symbolic link; name the file itself");
                if (auto done = follow(next, about, here); !done) return done.error();
            } else if (left_.empty()) {
                return open_file(name);
            } else {
                if (!S_ISDIR(about.st_mode)) return complain("cannot open its folder " + here.string() + " is a file");
                if (!is_safe_folder(about)) return unsafe(here, about);
                at_ = std::move(next);
                walked_ = here;
            }
        }
        return complain("it is a directory");  // the root, or a link to it
    }

private:
    void push_front(const fs::path& path) {
        if (path.is_absolute()) {
            at_ = toolrack::open_file("/", O_PATH | O_DIRECTORY);
            walked_ = "/";
        }
        auto before = left_.begin();
        for (const auto& name : path.relative_path())
            if (!name.empty() && name != ".") before = std::next(left_.insert(before, name.string()));
    }

    result<void, complaint> follow(const descriptor& link, const struct stat& about, const fs::path& here) {
        if (!is_ours(about))
            return complain("the link " + here.string() + " belongs to user id " + std::to_string(about.st_uid) +
                            ", who can redirect it");
        if (++links_ > most_links) return complain(std::strerror(ELOOP));
        std::array<char, PATH_MAX> target;
        const auto size = ::readlinkat(link.get(), "", target.data(), target.size());
        if (size <= 0 || static_cast<std::size_t>(size) == target.size())
            return because("the link " + here.string() + " cannot be read");
        push_front(fs::path(std::string(target.data(), static_cast<std::size_t>(size))));
        return {};
    }

    // O_NONBLOCK, because opening a named pipe would wait for its other end.
    result<trusted_path, complaint> open_file(const std::string& name) const {
        trusted_path found;
        found.file.reset(::openat(at_.get(), name.c_str(), how_ | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0640));
        if (!found.file || ::fstat(found.file.get(), &found.about) != 0) return complain(std::strerror(errno));
        return found;
    }

    static complaint unsafe(const fs::path& folder, const struct stat& about) {
        return complain("other users may write to the folder " + folder.string() + " (mode " + octal(about.st_mode) +
                        ", user " + std::to_string(about.st_uid) +
                        "), and so replace the files in it; it must belong to root or to the user of this process, "
                        "with mode 0755 or less");
    }

    const int how_;
    descriptor at_;
    fs::path walked_;
    std::deque<std::string> left_;
    int links_ = 0;
};

}  // namespace

result<trusted_path, complaint> open_trusted(const fs::path& path, last_link links, int how) {
    return walk(path, how).open_last(links);
}

complaint why_not_ours(const struct stat& about) {
    if (is_ours(about)) return {};
    return complain("it belongs to user id " + std::to_string(about.st_uid) +
                    "; it must belong to root or to the user of this process");
}

complaint why_not_ours_alone(const struct stat& about) {
    if (auto why = why_not_ours(about); !why.why().empty()) return why;
    if ((about.st_mode & (S_ISUID | S_ISGID)) != 0)
        return complain("it has the set-user-ID or set-group-ID bit (mode " + octal(about.st_mode) +
                        "), which Toolrack does not allow; remove it (chmod ug-s)");
    if ((about.st_mode & 0002) != 0 || ((about.st_mode & 0020) != 0 && !has_private_group(about)))
        return complain("other users may write to it (mode " + octal(about.st_mode) +
                        "); set it to 0755 or less (chmod go-w)");
    return {};
}

std::string octal(mode_t mode) {
    char text[8];
    std::snprintf(text, sizeof text, "%04o", static_cast<unsigned>(mode & 07777));
    return text;
}

}  // namespace toolrack
