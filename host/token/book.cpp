#include "token/book.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/replace_file.hpp"
#include "base/trusted_file.hpp"
#include "token/list.hpp"

namespace toolrack::token {
namespace {

bool is_there(const std::filesystem::path& file) { return mark_of(file) != file_mark{}; }

[[noreturn]] void refuse(const std::filesystem::path& file, const std::string& why) {
    throw failure(file.string() + " cannot be used: " + why + '.');
}

// The server may run as somebody else, who shares a group with the folder.
void share_with_group_of_folder(const std::filesystem::path& file) {
    struct stat folder {};
    if (::stat(file.parent_path().c_str(), &folder) != 0) return;
    [[maybe_unused]] const int refused = ::chown(file.c_str(), static_cast<uid_t>(-1), folder.st_gid);
}

}  // namespace

std::vector<record> book::read() const {
    const auto file = read_trusted(where_.list, longest_list);
    if (!file) refuse(where_.list, file.error().why());
    return read_list(file->bytes, where_.list.string());
}

bool book::may_hold(std::string_view id) const {
    const auto file = read_trusted(where_.list, longest_list);
    return !file || file->bytes.find('"' + std::string(id) + '"') != std::string::npos;
}

revocations book::read_revoked() const {
    if (!is_there(where_.revocations)) return {};
    const auto file = read_trusted(where_.revocations, longest_revocations, readers::anyone);
    if (!file) refuse(where_.revocations, file.error().why());
    return read_revocations(file->bytes).taken_back;
}

void book::change(const std::function<void(std::vector<record>&)>& how) const {
    const file_lock lock(where_.list);
    const bool is_new = !is_there(where_.list);
    auto records = is_new ? std::vector<record>() : read();
    how(records);
    replace_file(where_.list, write_list(records), {.mode = 0640});
    if (is_new) share_with_group_of_folder(where_.list);
}

void book::revoke(sys_seconds now, revoked what, const std::vector<std::string>& values,
                  std::string_view reason) const {
    const file_lock lock(where_.revocations);
    const bool is_new = !is_there(where_.revocations);
    if (!is_new) (void)read_revoked();  // never add to a file that others may write
    std::string lines;
    for (const auto& value : values) lines += revocation_line(now, what, value, reason);
    append_to_file(where_.revocations, lines);
    if (is_new) share_with_group_of_folder(where_.revocations);
}

}  // namespace toolrack::token
