// The tree here is one of plain files: what the server decides by them, and what it writes to them. What a kernel
// makes of that is for tests/e2e/test_groups.py.
#include "base/cgroup.hpp"

#include <sys/xattr.h>
#include <unistd.h>

#include <string>

#include "captured_log.hpp"
#include "catch.hpp"
#include "not_run.hpp"
#include "temporary_folder.hpp"

using namespace toolrack;
using test::bytes_of;
namespace fs = std::filesystem;

namespace {

struct tree {
    tree() {
        fs::create_directories(root / "server");
        folder.write("above/group/cgroup.procs", std::to_string(::getpid()) + "\n");
        folder.write("above/group/cgroup.type", "domain\n");
        folder.write("above/group/cgroup.controllers", "cpu memory pids\n");
        folder.write("above/group/cgroup.subtree_control", "");
        folder.write("above/group/server/cgroup.procs", "");
        folder.write("above/cgroup.procs", "");
        leave("0");  // to nobody: in a file system, what is ours to write to is ours
    }
    void leave(const std::string& mark) const {
        REQUIRE(::setxattr(root.c_str(), "user.delegate", mark.data(), mark.size(), 0) == 0);
    }
    auto taken() const { return cgroup_tree::at(root); }

    test::temporary_folder folder;
    const fs::path root = folder.path() / "above" / "group";
};

// Where files cannot be marked, or everything belongs to who runs this, nothing can be distinguished.
bool can_be_told() {
    const test::temporary_folder folder;
    if (::geteuid() == 0 && ::setxattr(folder.path().c_str(), "user.delegate", "1", 1, 0) == 0) return true;
    test::not_run("this needs root and a file system with extended attributes");
    return false;
}

}  // namespace

TEST_CASE("a delegated cgroup is used, and this process moves to a subgroup") {
    if (!can_be_told()) return;
    const tree tree;
    tree.leave("1");
    const auto taken = tree.taken();
    REQUIRE(taken.has_value());
    CHECK((*taken)->limits_memory());
    CHECK((*taken)->limits_tasks());
    CHECK(bytes_of(tree.root / "server/cgroup.procs") == "0");
}

TEST_CASE("a cgroup that is writable but not delegated is not changed") {
    if (!can_be_told()) return;
    const tree tree;
    const auto taken = tree.taken();
    REQUIRE_FALSE(taken.has_value());
    CHECK(taken.error().why() == "no cgroup is delegated to this server");
    CHECK(bytes_of(tree.root / "server/cgroup.procs").empty());
    CHECK(bytes_of(tree.root / "cgroup.subtree_control").empty());
}

TEST_CASE("a cgroup with another process is not changed") {
    if (!can_be_told()) return;
    const tree tree;
    tree.leave("1");
    tree.folder.write("above/group/cgroup.procs", std::to_string(::getpid()) + "\n1\n");
    const auto taken = tree.taken();
    REQUIRE_FALSE(taken.has_value());
    CHECK(taken.error().why() == "the cgroup " + tree.root.string() + " contains other processes as well");
    CHECK(bytes_of(tree.root / "server/cgroup.procs").empty());
}

TEST_CASE("resources with a controller are limited, and the others are not") {
    if (!can_be_told()) return;
    for (const auto* there : {"memory", "pids", "cpu memorypids", ""}) {
        const tree tree;
        tree.leave("1");
        tree.folder.write("above/group/cgroup.controllers", there);
        const auto taken = tree.taken();
        REQUIRE(taken.has_value());
        CHECK((*taken)->limits_memory() == (there == std::string("memory")));
        CHECK((*taken)->limits_tasks() == (there == std::string("pids")));
    }
}

TEST_CASE("a group whose limit cannot be written is removed") {
    if (!can_be_told()) return;
    test::captured_log log;
    const tree tree;
    tree.leave("1");
    const auto taken = tree.taken();
    REQUIRE(taken.has_value());
    CHECK_FALSE((*taken)->make("orders", {1, 1}, log));  // these files are the kernel's to make
    CHECK(log.says("orders: cannot limit memory in " + (tree.root / "plugin-orders-1").string() +
                   ": No such file or directory"));
    CHECK_FALSE(fs::exists(tree.root / "plugin-orders-1"));
}

TEST_CASE("empty groups of an earlier server are removed, and no other folder is") {
    if (!can_be_told()) return;
    const tree tree;
    tree.leave("1");
    fs::create_directories(tree.root / "plugin-orders-7");
    fs::create_directories(tree.root / "plugin-orders-8" / "busy");
    fs::create_directories(tree.root / "somebody-elses");
    REQUIRE(tree.taken().has_value());
    CHECK_FALSE(fs::exists(tree.root / "plugin-orders-7"));
    CHECK(fs::exists(tree.root / "plugin-orders-8"));
    CHECK(fs::exists(tree.root / "somebody-elses"));
}
