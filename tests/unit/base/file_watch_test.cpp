#include "base/file_watch.hpp"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <string>

#include "base/replace_file.hpp"
#include "catch.hpp"
#include "temporary_folder.hpp"

using namespace toolrack;
namespace fs = std::filesystem;

namespace {

// Counts what a watch says, and waits for it.
class listener {
public:
    void hear() {
        const std::lock_guard lock(mutex_);
        ++heard_;
        rang_.notify_all();
    }
    bool has_heard(int count) {
        std::unique_lock lock(mutex_);
        return rang_.wait_for(lock, std::chrono::seconds(20), [&] { return heard_ >= count; });
    }
    int heard() {
        const std::lock_guard lock(mutex_);
        return heard_;
    }

private:
    std::mutex mutex_;
    std::condition_variable rang_;
    int heard_ = 0;
};

}  // namespace

TEST_CASE("a watch reports that a file is replaced, written to, removed or created") {
    const test::temporary_folder folder;
    const auto file = folder.write("list", "one");
    listener ear;
    const file_watch watch({{file, mark_of(file)}}, [&] { ear.hear(); });
    int count = 0;
    replace_file(file, "two");
    CHECK(ear.has_heard(++count));
    append_to_file(file, "three");
    CHECK(ear.has_heard(++count));
    fs::remove(file);
    CHECK(ear.has_heard(++count));
    folder.write("list", "four");
    CHECK(ear.has_heard(++count));
}

TEST_CASE("a change between the first read and the watch is reported") {
    const test::temporary_folder folder;
    const auto file = folder.write("list", "one");
    const auto before = mark_of(file);
    replace_file(file, "two");
    listener ear;
    const file_watch watch({{file, before}}, [&] { ear.hear(); });
    CHECK(ear.has_heard(1));
}

TEST_CASE("a watch works for a file whose folder is created later, and calls back periodically") {
    const test::temporary_folder folder;
    const auto file = folder.path() / "later/list";
    listener ear, bell;
    const file_watch watch(
        {{file, mark_of(file)}}, [&] { ear.hear(); }, [&] { bell.hear(); });
    fs::create_directory(file.parent_path());
    folder.write("later/list", "one");
    CHECK(ear.has_heard(1));
    CHECK(bell.has_heard(1));
}

TEST_CASE("a watch reports no other file, and nothing after its end") {
    const test::temporary_folder folder;
    const auto file = folder.write("list", "one");
    listener ear, bell;
    {
        const file_watch watch(
            {{file, mark_of(file)}}, [&] { ear.hear(); }, [&] { bell.hear(); });
        folder.write("other", "two");
        CHECK(bell.has_heard(1));
        CHECK(ear.heard() == 0);
    }
    replace_file(file, "three");
    CHECK(ear.heard() == 0);
}

TEST_CASE("a request for the pending changes is answered after they are reported") {
    const test::temporary_folder folder;
    const auto file = folder.write("list", "one");
    std::atomic<int> changes = 0;
    listener ear;
    file_watch watch({{file, mark_of(file)}}, [&] { ++changes; });
    for (int count = 1; count != 50; ++count) {
        replace_file(file, std::to_string(count));
        CHECK(watch.after_a_look([&, count] {
            CHECK(changes >= count);
            ear.hear();
        }));
        REQUIRE(ear.has_heard(count));
    }
}

TEST_CASE("requests are answered until the watch ends, and at most a thousand wait") {
    const test::temporary_folder folder;
    const auto file = folder.write("list", "one");
    std::atomic<int> answered = 0;
    int asked = 0;
    {
        std::mutex held;
        std::unique_lock hold(held);
        file_watch watch({{file, mark_of(file)}}, [] {});
        CHECK(watch.after_a_look([&] { const std::lock_guard until(held); }));
        while (asked < 3000 && watch.after_a_look([&] { ++answered; })) ++asked;
        CHECK(asked >= 999);
        CHECK(asked <= 2000);
        hold.unlock();
    }
    CHECK(answered == asked);
}
