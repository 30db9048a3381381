#include "token/file_set.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/replace_file.hpp"
#include "base/trusted_file.hpp"
#include "token/list.hpp"

namespace toolrack::token {
namespace {

bool is_present(const std::filesystem::path& file) { return mark_of(file) != file_mark{}; }

[[noreturn]] void refuse(const std::filesystem::path& file, const std::string& why) {
    throw failure(file.string() + " cannot be used: " + why + '.');
}

// The server may run as another user, which shares a group with the folder.
void share_with_group_of_folder(const std::filesystem::path& file) {
    struct stat folder {};
    if (::stat(file.parent_path().c_str(), &folder) != 0) return;
    [[maybe_unused]] const int refused = ::chown(file.c_str(), static_cast<uid_t>(-1), folder.st_gid);
}

}  // namespace

std::vector<record> file_set::read_records() const {
    const auto file = read_trusted(paths_.list, longest_list);
    if (!file) refuse(paths_.list, file.error().why());
    return read_list(file->bytes, paths_.list.string());
}

bool file_set::may_contain(std::string_view id) const {
    const auto file = read_trusted(paths_.list, longest_list);
    return !file || file->bytes.find('"' + std::string(id) + '"') != std::string::npos;
}

revocations file_set::read_revocations() const {
    if (!is_present(paths_.revocations)) return {};
    const auto file = read_trusted(paths_.revocations, longest_revocations, readers::anyone);
    if (!file) refuse(paths_.revocations, file.error().why());
    return parse_revocations(file->bytes).revoked;
}

void file_set::change(const std::function<void(std::vector<record>&)>& edit) const {
    const file_lock lock(paths_.list);
    const bool is_new = !is_present(paths_.list);
    auto records = is_new ? std::vector<record>() : read_records();
    edit(records);
    replace_file(paths_.list, write_list(records), {.mode = 0640});
    if (is_new) share_with_group_of_folder(paths_.list);
}

void file_set::revoke(sys_seconds now,
                      revocation_kind kind,
                      const std::vector<std::string>& values,
                      std::string_view reason) const {
    const file_lock lock(paths_.revocations);
    const bool is_new = !is_present(paths_.revocations);
    if (!is_new) (void)read_revocations();  // never append to a file that other users can write
    std::string lines;
    for (const auto& value : values) lines += revocation_line(now, kind, value, reason);
    append_to_file(paths_.revocations, lines);
    if (is_new) share_with_group_of_folder(paths_.revocations);
}

}  // namespace toolrack::token
