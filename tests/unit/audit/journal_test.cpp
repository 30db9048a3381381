#include "audit/journal.hpp"

#include <thread>
#include <vector>

#include "captured_log.hpp"
#include "io_fixture.hpp"
#include "records.hpp"
#include "size_limit.hpp"

using namespace toolrack;
namespace fs = std::filesystem;
using test::lines_of;
using test::lines_of_kind;

namespace {

// The limit applies to the captured log too.
constexpr std::size_t room_for_the_log = 64 * 1024;

const std::string said = R"("kind":"call","name":"echo")";

class journal_fixture {
public:
    audit::journal::write_result write() {
        return room.run([this] { return journal->write(said, room.get_executor()); });
    }

    test::captured_log log;
    test::io_fixture room;
    test::temporary_folder folder;
    fs::path path = folder.path() / "audit.jsonl";
    std::optional<audit::journal> journal{std::in_place, path, *log};
};

}  // namespace

TEST_CASE("records are numbered without a gap from the start to the end of a run") {
    journal_fixture here;
    for (int i = 0; i < 100; ++i) here.journal->add(said);
    here.journal.reset();
    here.journal.emplace(here.path, *here.log);
    here.journal->add(said);
    here.journal.reset();

    auto lines = lines_of(here.path);
    REQUIRE(lines.size() == 105);
    const std::vector<std::string> first(lines.begin(), lines.begin() + 102), second(lines.begin() + 102, lines.end());
    for (const auto& run : {first, second}) {
        CHECK(test::is_without_gap(run));
        CHECK(json::value(run.front()).at("kind").str() == "opened");
        CHECK(json::value(run.back()).at("kind").str() == "closed");
    }
    CHECK(json::value(first[0]).at("run").str() != json::value(second[0]).at("run").str());
}

TEST_CASE("a journal without records leaves its file empty") {
    journal_fixture here;
    here.journal.reset();
    CHECK(test::bytes_of(here.path).empty());
}

TEST_CASE("a record is in the file after waiting for it") {
    journal_fixture here;
    const auto receipt = here.write();
    CHECK(receipt.is_written);
    const auto lines = lines_of_kind(here.path, "call");
    REQUIRE(lines.size() == 1);
    CHECK(json::value(lines[0]).at("seq").u64() == receipt.number);
}

TEST_CASE("no record is lost or split while many threads write and the file is renamed") {
    journal_fixture here;
    constexpr int threads = 4, each = 2000, renames = 30;
    std::vector<std::thread> writers;
    for (int t = 0; t < threads; ++t)
        writers.emplace_back([&] {
            for (int i = 0; i < each; ++i) here.journal->add(said);
        });
    for (int i = 0; i < renames; ++i) {
        here.write();
        fs::rename(here.path, here.folder.path() / ("old" + std::to_string(i)));
    }
    for (auto& writer : writers) writer.join();
    here.journal.reset();

    std::vector<std::string> all;
    for (int i = 0; i < renames; ++i)
        for (auto& line : lines_of(here.folder.path() / ("old" + std::to_string(i)))) all.push_back(line);
    for (auto& line : lines_of(here.path)) all.push_back(line);
    CHECK(all.size() == threads * each + renames + 2);
    CHECK(test::is_without_gap(all));
}

TEST_CASE("a renamed file is replaced without a new record") {
    journal_fixture here;
    here.write();
    fs::rename(here.path, here.folder.path() / "old");
    here.journal->check_file();
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!fs::exists(here.path) && std::chrono::steady_clock::now() < end) std::this_thread::yield();
    CHECK(fs::exists(here.path));
}

TEST_CASE("records that cannot be written are kept, do not block, and are written later") {
    journal_fixture here;
    CHECK(here.write().is_written);
    test::size_limit disk(fs::file_size(here.path) + 50);
    const auto first = here.write();
    CHECK_FALSE(first.is_written);
    CHECK(here.write().number == 0);  // from then on, none is even taken
    for (int i = 0; i < 10; ++i) here.journal->add(said);
    CHECK(here.log.will_say("cannot write the audit log " + here.path.string() + ": File too large"));
    CHECK(lines_of(here.path).size() == 2);
    disk.lift();
    CHECK(here.log.will_say("is written again"));
    CHECK(here.write().is_written);
    here.journal.reset();
    const auto lines = lines_of(here.path);
    CHECK(lines.size() == 15);
    CHECK(test::is_without_gap(lines));
}

TEST_CASE("records above the queue limit are counted, logged and recorded, and reserved ones always fit") {
    journal_fixture here;
    test::size_limit disk(room_for_the_log);
    const std::string large = R"("kind":"call","name":")" + std::string(1024 * 1024, 'x') + '"';
    for (int i = 0; i < 30; ++i) here.journal->add(large);
    here.journal->add(R"("kind":"call","name":"owed")", audit::journal::priority::guaranteed);
    CHECK(here.log.says("is losing lines"));
    disk.lift();
    here.journal->flush();
    here.journal.reset();
    const auto lines = lines_of(here.path);
    CHECK(test::is_without_gap(lines));
    const auto calls = lines_of_kind(here.path, "call");
    std::uint64_t lost = 0;  // which may be said more than once, as often as there was room again
    for (const auto& one : lines_of_kind(here.path, "lost")) lost += json::value(one).at("lines").u64();
    CHECK(lost > 0);
    CHECK(lost + calls.size() == 31);
    CHECK(json::value(calls.back()).at("name").str() == "owed");
    CHECK(json::value(lines.back()).at("lost").u64() == lost);
}

TEST_CASE("records that cannot be written at the end are counted in the log") {
    journal_fixture here;
    test::size_limit disk(room_for_the_log);
    here.journal->add(R"("kind":"call","name":")" + std::string(2 * room_for_the_log, 'x') + '"');
    here.journal.reset();
    CHECK(here.log.says("the last 2 lines of the audit log"));  // that one, and the one that closes
}

TEST_CASE("a journal that cannot be opened throws") {
    journal_fixture here;
    fs::create_directory(here.folder.path() / "folder");
    CHECK_THROWS_WITH(audit::journal(here.folder.path() / "folder", *here.log),
                      "Cannot write the audit log " + (here.folder.path() / "folder").string() + ": Is a directory.");
}

TEST_CASE("several journals of one file do not split each other's records") {
    journal_fixture here;
    {
        audit::journal other(here.path, *here.log);
        std::thread writer([&] {
            for (int i = 0; i < 2000; ++i) other.add(said);
        });
        for (int i = 0; i < 2000; ++i) here.journal->add(said);
        writer.join();
    }
    here.journal.reset();
    CHECK(lines_of(here.path).size() == 4004);
}
