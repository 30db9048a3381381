#include "token_store.hpp"

#include <array>
#include <chrono>
#include <malloc.h>
#include <map>
#include <mutex>
#include <utility>

#include "base/file_watch.hpp"
#include "base/trusted_file.hpp"
#include "token_table.hpp"
#include "token/bearer.hpp"
#include "token/list.hpp"
#include "token/revocations.hpp"

namespace {

using namespace toolrack;
namespace fs = std::filesystem;

// What was read of both files, each for as long as it is the newest good one.
struct door_list {
    std::shared_ptr<const token_table> tokens;
    std::shared_ptr<const token::revocations> taken_back;

    // Why the token does not count although it is right; null when it does.
    const char* why_void(const token_table::holder& who, std::string_view id, std::string_view peer,
                         std::int64_t now) const {
        if (taken_back->tokens.contains(id) ||
            taken_back->takes_back(*who.principal, sys_seconds(std::chrono::seconds(who.created))))
            return "the token was revoked";
        if (who.expires != 0 && now >= who.expires) return "the token has expired";
        if (now < who.not_before) return "the token is not valid yet";
        if (!token_table::may_come_from(who, peer)) return "the token may not come from there";
        return nullptr;
    }
};

// What is wrong with either file: each sentence is logged once, and what there is ails the instance. Any thread.
class complaints {
public:
    enum subject : std::size_t { list, revocations };

    explicit complaints(const token_store::voice& says) : says_(says) {}

    void say(subject about, std::string sentence) {
        const std::lock_guard lock(mutex_);
        if (said_[about] == sentence) return;
        says_.log(token_store::voice::loudness::error, sentence);
        said_[about] = std::move(sentence);
        tell();
    }
    // Whether something was wrong until now.
    bool withdraw(subject about) {
        const std::lock_guard lock(mutex_);
        if (std::exchange(said_[about], {}).empty()) return false;
        tell();
        return true;
    }

private:
    void tell() const {
        const bool are_both = !said_[list].empty() && !said_[revocations].empty();
        says_.report_degraded(said_[list] + (are_both ? "; " : "") + said_[revocations]);
    }

    const token_store::voice& says_;
    std::mutex mutex_;
    std::array<std::string, 2> said_;
};

}  // namespace

// Each file has a thread of its own, so that what is revoked never waits for a long list to be read.
class token_store::rooms {
public:
    rooms(files where, voice says)
        : where_(std::move(where)), says_(std::move(says)), uses_(token::read_last_uses(where_.last_use)) {
        const auto list = read_first_list();
        const auto revocations = read_first_revocations();
        malloc_trim(0);  // what was read was many times what is kept
        list_watch_ = std::make_unique<file_watch>(
            list, [this] { read_list_again(); }, [this] { a_second_passed(); });
        revocations_watch_ = std::make_unique<file_watch>(
            revocations, [this] { add_revocations(); }, [this] { if (revocations_are_shut_) add_revocations(); });
    }
    ~rooms() { save_uses(); }
    rooms(const rooms&) = delete;
    rooms& operator=(const rooms&) = delete;

    decision decide(std::string_view bearer, std::string_view peer, std::int64_t time) const {
        const auto id = token::id_of(bearer);
        if (!id) return {.what = answer::not_ours, .why = "not a token of this list's making"};
        const auto now = current();
        const auto* who = now.tokens->find(bearer, *id);
        if (!who) return {.why = "no token with the id " + std::string(*id) + " is in the list", .may_be_new = true};
        if (const char* why = now.why_void(*who, *id, peer, time))
            return {.why = std::string(why) + " (" + std::string(*id) + ", " + *who->principal + ')'};
        now.tokens->note_use(*who, time);
        return {.what = answer::granted, .why = {}, .subject = *who->principal, .credential = std::string(*id),
                .scopes = *who->scopes, .expires = who->expires};
    }

    bool after_a_look(std::function<void()> then) { return list_watch_->after_a_look(std::move(then)); }
    void end_watch() {
        list_watch_.reset();
        revocations_watch_.reset();
    }

private:
    door_list current() const {
        const std::lock_guard lock(mutex_);
        return now_;
    }

    using marks = std::map<fs::path, file_mark>;

    marks read_first_list() {
        auto list = read_trusted(where_.list, token::longest_list);
        if (!list)
            throw failure("the list of tokens " + where_.list.string() + " cannot be used: " + list.error().why() +
                              ". \"toolrack token new\" makes one.");
        now_.tokens = std::make_shared<const token_table>(token::read_list(list->bytes, where_.list.string()));
        if (now_.tokens->size() == 0)
            says_.log(voice::loudness::warning,
                      "nobody is in " + where_.list.string() + "; \"toolrack token new\" adds a token");
        return {{where_.list, list->mark}};
    }

    marks read_first_revocations() {
        const auto seen = mark_of(where_.revocations);
        now_.taken_back = std::make_shared<const token::revocations>();
        if (seen != file_mark{} && !add_revocations())
            throw failure("the revocations in " + where_.revocations.string() +
                              " cannot be used; the line above says why. Mend the file, or move it away when nothing "
                              "in it counts any more.");
        return {{where_.revocations, seen}};
    }

    // What keeps a file from being read may be a folder above it, and then its own mark does not change.
    void a_second_passed() {
        if (list_is_shut_) read_list_again();
        end_in_time();
        save_uses_in_time();
    }

    // Who was let in before the end of the token was known goes then, and not when it is rotated.
    void end_in_time() {
        const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
        const auto time = now.time_since_epoch().count();
        while (!ends_.empty() && ends_.begin()->first <= time) {
            says_.forget(ends_.begin()->second);
            ends_.erase(ends_.begin());
        }
    }

    void read_list_again() {
        try {
            swap_in(read_list());
            if (complaints_.withdraw(complaints::list))
                says_.log(voice::loudness::info, where_.list.string() + " is whole again");
        } catch (const std::exception& wrong) {
            complaints_.say(complaints::list,
                            std::string(wrong.what()) + "; the list as it was before goes on serving");
        }
        malloc_trim(0);  // of what was read, and of the list before
    }

    std::shared_ptr<const token_table> read_list() {
        const auto file = read_trusted(where_.list, token::longest_list);
        list_is_shut_ = !file;
        if (!file) throw failure(where_.list.string() + " cannot be used: " + file.error().why());
        return std::make_shared<const token_table>(token::read_list(file->bytes, where_.list.string()));
    }

    void swap_in(std::shared_ptr<const token_table> next) {
        const auto before = current().tokens;
        const auto lost = before->lost_in(*next);
        auto shortened = before->shortened_in(*next);
        {
            const std::lock_guard lock(mutex_);
            now_.tokens = std::move(next);
        }
        for (const auto& id : lost) says_.forget(id);
        for (auto& end : shortened) ends_.insert(std::move(end));
        before->collect_uses(uses_);
    }

    // On the revocations' thread. False when something about the file is wrong. What it took back before stays taken
    // back.
    bool add_revocations() {
        try {
            const auto file = read_trusted(where_.revocations, token::longest_revocations, readers::anyone);
            revocations_are_shut_ = !file;
            if (!file) {
                if (current().taken_back->is_empty() && mark_of(where_.revocations) == file_mark{}) return true;
                throw failure(where_.revocations.string() + " cannot be used: " + file.error().why());
            }
            const auto read = revocations_.read(file->bytes);
            if (!read.taken_back.is_empty()) take_back(read.taken_back);
            if (!read.broken_lines.empty())
                throw failure(where_.revocations.string() + ":" + std::to_string(read.broken_lines.front()) +
                              ": the line is not a revocation; expected one such as \"2026-11-22T10:00:00Z tok "
                              "9fK2mQx7Lr0B\". All other lines count");
            complaints_.withdraw(complaints::revocations);
            return true;
        } catch (const std::exception& wrong) {
            complaints_.say(complaints::revocations,
                            std::string(wrong.what()) + "; what was revoked before stays revoked");
            return false;
        }
    }

    // Nobody new is let in by what is taken back, and then whoever was is put out.
    void take_back(const token::revocations& more) {
        const auto before = current().taken_back;
        auto next = std::make_shared<token::revocations>(*before);
        next->add(more);
        const bool has_principals = next->principals != before->principals;
        {
            const std::lock_guard lock(mutex_);
            now_.taken_back = std::move(next);
        }
        for (const auto& id : more.tokens)
            if (!before->tokens.contains(id)) says_.forget(id);
        if (has_principals) says_.forget({});
    }

    void save_uses_in_time() {
        constexpr auto now_and_then = std::chrono::seconds(10);
        if (std::chrono::steady_clock::now() < next_save_) return;
        next_save_ = std::chrono::steady_clock::now() + now_and_then;
        save_uses();
    }

    void save_uses() {
        auto uses = uses_;
        current().tokens->collect_uses(uses);
        if (uses == uses_) return;
        try {
            token::add_last_uses(where_.last_use, uses);
            uses_ = std::move(uses);
            if (std::exchange(cannot_save_, false))
                says_.log(voice::loudness::info, "when tokens were last used is kept again");
        } catch (const std::exception& wrong) {
            if (std::exchange(cannot_save_, true)) return;
            says_.log(voice::loudness::warning, std::string("when tokens were last used is not kept: ") + wrong.what() +
                                                    " Name another file in the option last_use.");
        }
    }

    const files where_;
    const voice says_;
    complaints complaints_{says_};

    // Of the list's thread.
    bool list_is_shut_ = false;
    token::last_uses uses_;
    std::multimap<std::int64_t, std::string> ends_;  // of tokens whose end was brought forward
    std::chrono::steady_clock::time_point next_save_{};
    bool cannot_save_ = false;

    // Of the revocations' thread.
    bool revocations_are_shut_ = false;
    token::revocations_reader revocations_;

    mutable std::mutex mutex_;
    door_list now_;
    std::unique_ptr<file_watch> list_watch_, revocations_watch_;
};

token_store::token_store(files where, voice says) : rooms_(std::make_unique<rooms>(std::move(where), std::move(says))) {}
// The watching threads use all the rest, and may still be asked.
token_store::~token_store() { rooms_->end_watch(); }

bool token_store::after_a_look(std::function<void()> then) const { return rooms_->after_a_look(std::move(then)); }

token_store::decision token_store::decide(std::string_view token, std::string_view peer, std::int64_t now) const {
    return rooms_->decide(token, peer, now);
}
