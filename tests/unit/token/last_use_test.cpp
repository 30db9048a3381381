#include "token/last_use.hpp"

#include <sys/stat.h>

#include "base/error.hpp"
#include "catch.hpp"
#include "temporary_folder.hpp"

using namespace toolrack;
using token::last_uses;

namespace {

const std::string ann_id = "AAAAAAAAAAAA", bob_id = "BBBBBBBBBBBB";
sys_seconds at(long seconds) { return sys_seconds(std::chrono::seconds(seconds)); }

}  // namespace

TEST_CASE("the latest use of each token is kept, in whatever order servers write") {
    const test::temporary_folder folder;
    const auto file = folder.path() / "last-use";
    CHECK(token::read_last_uses(file).empty());
    token::add_last_uses(file, {{ann_id, at(100)}, {bob_id, at(200)}});
    token::add_last_uses(file, {{ann_id, at(50)}, {bob_id, at(300)}});  // another server, which started earlier
    CHECK(token::read_last_uses(file) == last_uses{{ann_id, at(100)}, {bob_id, at(300)}});
}

TEST_CASE("invalid lines are ignored") {
    const test::temporary_folder folder;
    const auto file = folder.write("last-use",
                                   "nonsense\n\n" + ann_id + "\n" + ann_id + " soon\nx 1970-01-01T00:01:40Z\n" +
                                       bob_id + " 1970-01-01T00:01:40Z\n");
    CHECK(token::read_last_uses(file) == last_uses{{bob_id, at(100)}});
}

TEST_CASE("a file that cannot be written is an error") {
    const test::temporary_folder folder;
    CHECK_THROWS_AS(token::add_last_uses(folder.path() / "none" / "last-use", {{ann_id, at(1)}}), failure);
}
