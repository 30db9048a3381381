// What lies in the folders where plugins are dropped, and whether it has become something else.
//
// A change counts once nothing has moved from one look to the next: a library that is being copied, and the
// .toml beside it, are not there at once. Of one thread.
#pragma once

#include <filesystem>
#include <map>
#include <vector>

#include "base/trusted_file.hpp"

namespace toolrack::app {

class drop_ins {
public:
    using folders = std::vector<std::filesystem::path>;

    // What is there now is known already.
    explicit drop_ins(const folders& in) : seen_(look_at(in)), known_(seen_) {}

    // Whether it has become something else and rested since; that is known from then on.
    bool have_changed(const folders& in);

private:
    using marks = std::map<std::filesystem::path, file_mark>;
    static marks look_at(const folders& in);

    marks seen_;   // at the last look
    marks known_;
};

}  // namespace toolrack::app
