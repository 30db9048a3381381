#include "app/directory_watch.hpp"

#include <system_error>
#include <utility>

namespace toolrack::app {

bool directory_watch::has_changed(const directories& watched) {
    auto now = scan(watched);
    const bool is_stable = now == last_scan_;
    last_scan_ = std::move(now);
    if (!is_stable || last_scan_ == reported_) return false;
    reported_ = last_scan_;
    return true;
}

directory_watch::files directory_watch::scan(const directories& watched) {
    namespace fs = std::filesystem;
    files found;
    for (const auto& directory : watched) {
        std::error_code error;
        for (fs::directory_iterator entry(directory, error), end; !error && entry != end; entry.increment(error)) {
            const auto extension = entry->path().extension();
            std::error_code ignored;
            if (extension == ".so" || extension == ".toml")
                found.emplace(entry->path(), mark_of(fs::weakly_canonical(entry->path(), ignored)));
        }
    }
    return found;
}

}  // namespace toolrack::app
