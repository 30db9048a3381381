#include "token/credential_watch.hpp"

#include <exception>
#include <malloc.h>
#include <utility>

#include "base/error.hpp"
#include "base/secret.hpp"
#include "base/trusted_file.hpp"

namespace toolrack::token {
namespace {

struct wipe_at_end {
    std::string& bytes;
    ~wipe_at_end() { wipe(bytes); }
};

// A trusted file that could not be opened; invalid content is another error.
[[noreturn]] void throw_unusable(const std::filesystem::path& file, const std::string& why) {
    throw failure(file.string() + " cannot be used: " + why);
}

}  // namespace

credential_watch::credential_watch(credential_settings settings, backend_callbacks callbacks, handlers handlers)
    : settings_(std::move(settings)), callbacks_(std::move(callbacks)), handlers_(std::move(handlers)) {
    // Taken before the files are read: a change in between is seen as well.
    const auto credentials_mark = mark_of(settings_.credentials), revocations_mark = mark_of(settings_.revocations);
    try {
        read_credentials();
    } catch (const failure& error) {
        if (!is_credentials_file_unreadable_) throw;
        throw failure(std::string(error.what()) + ". " + settings_.how_to_create);
    }
    if (settings_.must_have_revocations && revocations_mark == file_mark{})
        throw failure("There is no revocation list " + settings_.revocations.string() +
                      ", though the configuration names it. Create an empty file if nothing is revoked.");
    if (const auto error = read_revocations())
        throw failure(*error + ". Correct the line, or remove it if nothing that it names needs to stay revoked.");

    credentials_watch_ = std::make_unique<file_watch>(
        std::map<std::filesystem::path, file_mark>{{settings_.credentials, credentials_mark}},
        [this] { reload_credentials(); },
        [this] {
            // A folder above the file may be the reason, whose change is not reported.
            if (is_credentials_file_unreadable_) reload_credentials();
            if (handlers_.each_second) handlers_.each_second();
        });
    revocations_watch_ = std::make_unique<file_watch>(
        std::map<std::filesystem::path, file_mark>{{settings_.revocations, revocations_mark}},
        [this] { reload_revocations(); },
        [this] {
            if (is_revocation_list_unreadable_) reload_revocations();
        });
}

credential_watch::~credential_watch() = default;

bool credential_watch::after_reload(std::function<void()> then) {
    return credentials_watch_->after_a_look(std::move(then));
}

void credential_watch::read_credentials() {
    {
        auto file = read_trusted(settings_.credentials, settings_.longest_credentials);
        is_credentials_file_unreadable_ = !file;
        if (!file) throw_unusable(settings_.credentials, file.error().why());
        const wipe_at_end wiped{file->bytes};
        handlers_.use_credentials(file->bytes);
    }
    malloc_trim(0);  // reading needs several times the memory of what is kept
}

void credential_watch::reload_credentials() {
    try {
        read_credentials();
        set_error(credentials, {});
    } catch (const std::exception& error) {
        set_error(credentials, std::string(error.what()) + "; the previous version stays in force");
    }
}

// Returns the error of an invalid line, which does not keep the other lines from being used.
std::optional<std::string> credential_watch::read_revocations() {
    const auto file = read_trusted(settings_.revocations, longest_revocations, readers::anyone);
    is_revocation_list_unreadable_ = !file;
    if (!file) {
        if (!had_revocation_list_ && mark_of(settings_.revocations) == file_mark{}) return std::nullopt;
        throw_unusable(settings_.revocations, file.error().why());
    }
    had_revocation_list_ = true;
    const auto parsed = parser_.parse(file->bytes);
    if (!parsed.revoked.is_empty()) add_revocations(parsed.revoked);
    if (parsed.invalid_lines.empty()) return std::nullopt;
    return settings_.revocations.string() + ":" + std::to_string(parsed.invalid_lines.front()) +
           ": the line is not a revocation; expected TIME KIND VALUE [REASON], such as \"2026-11-22T10:00:00Z tok "
           "9fK2mQx7Lr0B\"";
}

void credential_watch::reload_revocations() {
    try {
        const auto error = read_revocations();
        set_error(revoked, error ? *error + "; all other lines are in force" : std::string());
    } catch (const std::exception& error) {
        set_error(revoked, std::string(error.what()) + "; earlier revocations stay in force");
    }
}

// First no new grant, then no old one: forget() is called after the revocations are stored.
void credential_watch::add_revocations(const revocations& more) {
    const auto before = std::exchange(revocations_, [&] {
        auto all = std::make_shared<revocations>(*revocations_);
        all->add(more);
        return all;
    }());
    handlers_.use_revocations(revocations_);
    // Grants are not known by principal or key, so these revocations end all of them; valid tokens are checked again.
    const bool concerns_keys = settings_.ids == &revocations::signed_tokens;
    if (before->principals != revocations_->principals || (concerns_keys && before->keys != revocations_->keys))
        callbacks_.forget({});
    for (const auto& id : more.*settings_.ids)
        if (!((*before).*settings_.ids).contains(id)) callbacks_.forget(id);
}

void credential_watch::set_error(which file, const std::string& sentence) {
    const lock_guard lock(errors_mutex_);
    if (errors_[file] == sentence) return;
    errors_[file] = sentence;
    if (sentence.empty())
        callbacks_.log(log_level::info,
                       (file == credentials ? settings_.credentials : settings_.revocations).string() +
                           " is valid again");
    else callbacks_.log(log_level::error, sentence);
    const bool are_both = !errors_[credentials].empty() && !errors_[revoked].empty();
    callbacks_.report_degraded(errors_[credentials] + (are_both ? "; " : "") + errors_[revoked]);
}

}  // namespace toolrack::token
