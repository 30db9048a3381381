#include "audit/entry.hpp"

#include "audit/line.hpp"
#include "wire/json.hpp"

namespace toolrack::audit {

entry::entry(std::shared_ptr<audit::journal> journal, bool is_required, std::string about, std::string arguments)
    : in_(std::move(journal)), is_required_(is_required), about_(std::move(about)), arguments_(std::move(arguments)),
      since_(std::chrono::steady_clock::now()) {}

entry& entry::operator=(entry&& other) noexcept {
    write();
    in_ = std::exchange(other.in_, nullptr);
    is_required_ = other.is_required_;
    is_guaranteed_ = other.is_guaranteed_;
    is_of_task_ = other.is_of_task_;
    about_ = std::move(other.about_);
    arguments_ = std::move(other.arguments_);
    begun_ = other.begun_;
    since_ = other.since_;
    until_ = other.until_;
    how_ = other.how_;
    code_ = other.code_;
    return *this;
}

void entry::add_client(std::string_view json) {
    if (!in_) return;
    const json::value client(json);
    line record;
    if (const auto name = wire::string_member(client, "name")) record.word("client", *name, 128);
    if (const auto version = wire::string_member(client, "version")) record.word("clientVersion", *version, 64);
    if (!record.text().empty()) (about_ += ',') += record.text();
}

awaitable<bool> entry::begin(executor home) {
    line record;
    record.word("kind", "begin").more(about_).more(arguments_);
    const auto receipt = co_await in_->write(record.text(), home);
    begun_ = receipt.number;
    is_guaranteed_ = receipt.is_written;
    if (receipt.number != 0) arguments_.clear();  // already in that line
    co_return receipt.is_written;
}

void entry::end(wire::outcome how, int code) {
    if (how_) return;
    how_ = how;
    code_ = code;
    if (!in_) return;
    until_ = std::chrono::steady_clock::now();
    if (!is_of_task_) write();
}

void entry::write() {
    if (!in_) return;
    if (!how_) until_ = std::chrono::steady_clock::now();
    const auto took = std::chrono::duration_cast<std::chrono::microseconds>(until_ - since_);
    line record;
    record.word("kind", is_of_task_ ? "task" : "call").more(about_);
    record.word("outcome", word_for(how_.value_or(wire::outcome::unanswered)));
    if (code_ != 0) record.json("code", std::to_string(code_));
    record.milliseconds("durationMs", took.count());
    if (begun_ != 0) record.number("beginSeq", begun_);
    record.more(arguments_);
    std::exchange(in_, nullptr)
        ->add(record.text(), is_guaranteed_ ? journal::priority::guaranteed : journal::priority::normal);
}

entry entry::of_task(std::string_view id) {
    if (!in_) return {};
    line record;
    record.more(about_).word("task", id);
    about_ = record.text();
    entry made(in_, is_required_, about_, {});
    made.is_of_task_ = true;
    made.is_guaranteed_ = is_guaranteed_;
    made.begun_ = begun_;
    made.since_ = since_;
    return made;
}

}  // namespace toolrack::audit
