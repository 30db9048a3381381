// A generation: everything that one reading of the configuration made, immutable from then on.
//
// Requests hold the generation they began on. What must outlive it is in the process state; the instances that it
// shares with its successor live as long as either.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "app/process_state.hpp"
#include "app/safety.hpp"
#include "audit/audit_policy.hpp"
#include "auth/allowance.hpp"
#include "auth/gate.hpp"
#include "auth/protected_resource.hpp"
#include "catalog/catalog.hpp"
#include "config/config.hpp"
#include "mcp/server.hpp"

namespace toolrack::app {

class generation {
public:
    // Loads everything that `settings` names. A plugin that does not load is left out, named in the log
    // and in report(). Throws failure for what must not be left out: the lock, and required plugins.
    //
    // What `before` has and the settings did not change is carried over; a plugin that no longer loads keeps
    // the instance that it has there.
    generation(std::shared_ptr<const config::settings> settings,
               const start_options& options,
               process_state& process_state,
               const generation* before = nullptr);
    // The same instances, asked again what they offer.
    explicit generation(const generation& before);
    ~generation();
    generation& operator=(const generation&) = delete;

    const config::settings& settings() const noexcept { return *settings_; }
    const std::shared_ptr<const config::settings>& shared_settings() const noexcept { return settings_; }
    const auth::gate& gate() const noexcept { return *gate_; }
    const audit::audit_policy& audit_policy() const noexcept { return *audit_policy_; }
    const auth::allowance& allowance() const noexcept { return allowance_; }
    const auth::protected_resource& resource() const noexcept { return resource_; }
    const mcp::server& mcp() const noexcept { return *mcp_; }
    const catalog::catalog& catalog() const noexcept { return *catalog_; }

    // Whether nothing came, went or was made anew since `before`.
    bool has_instances_of(const generation& before) const noexcept;

    // Says what of the settings only a restart changes, and puts out whoever a lock let in that is no more.
    void take_over_from(const generation& before) const;

    // Waits for plugins to come back from their calls. False when one never did: it is named in the log,
    // and nothing that it may still touch can be taken down.
    bool close(std::chrono::milliseconds grace) const;
    // Whoever waits for a plugin's answer goes on without one. How many there were.
    std::size_t cut_off() const;

    struct served_plugin {
        std::string name;
        std::vector<std::string> tools;
        std::size_t prompts = 0, resources = 0;
    };
    struct account {
        std::vector<served_plugin> served;
        std::size_t left_out = 0;  // plugins and single features that are not served
        std::vector<std::string> complaints;  // a sentence for each of them, and for each plugin that stays as it was
    };
    const account& report() const noexcept { return report_; }

    // Counts the generations of this process.
    std::uint64_t number() const noexcept { return number_; }
    // Every backend in the order in which they are asked, then every plugin.
    struct member {
        const plugin::instance& is;
        bool is_backend;
        const std::string& stale;  // why it is not as the configuration wants it by now; empty: it is
    };
    std::vector<member> members() const;

private:
    // An instance, and all that made it what it is: what is the same in the next generation stays.
    struct mounted {
        std::filesystem::path code;  // the private copy of its library, named by what is in it
        std::string settings;
        std::shared_ptr<plugin::instance> instance;
        std::string stale = {};  // why it stays in place of the one that is wanted
    };

    mounted open_backend(const config::backend& wanted, const generation* before);
    result<mounted, complaint> open(const config::plugin& settings,
                                    const std::filesystem::path& file,
                                    const std::vector<mounted>* before);
    result<std::shared_ptr<plugin::instance>, complaint> make(const std::filesystem::path& code,
                                                              const config::plugin& settings) const;
    void open_plugins(const generation* before);
    const mounted* find_plugin(const std::string& name) const;
    void read_resource();
    void open_audit(const generation* before);
    enum class because { of_the_start, of_a_change };
    void make_catalog(because reason);
    void complain_of(std::string sentence);
    void leave_out(const std::string& name, const std::string& why);
    void report(const std::vector<catalog::omission>& omissions);
    void advise(const std::vector<catalog::offer>& offers) const;

    std::shared_ptr<const config::settings> settings_;
    process_state& process_state_;
    std::vector<mounted> backends_;
    std::vector<mounted> plugins_;
    std::shared_ptr<const catalog::catalog> catalog_;
    auth::protected_resource resource_;
    auth::allowance allowance_;
    std::unique_ptr<auth::gate> gate_;
    std::shared_ptr<const audit::audit_policy> audit_policy_;
    std::shared_ptr<const mcp::server> mcp_;
    account report_;
    account mounting_;  // the part of it that is not asked again when only lists have changed
    std::uint64_t number_ = 0;
};

// The generation that new requests begin on. Thread-safe.
class current_generation {
public:
    std::shared_ptr<const generation> get() const {
        const std::lock_guard lock(mutex_);
        return now_;
    }
    void set(std::shared_ptr<const generation> next) {
        const auto now = next;
        {
            const std::lock_guard lock(mutex_);
            now_.swap(next);
        }
        if (now && then_) then_(*now);
    }
    // What is done whenever another generation became current; said before there is one.
    void on_change(std::function<void(const generation&)> then) { then_ = std::move(then); }

private:
    mutable std::mutex mutex_;
    std::shared_ptr<const generation> now_;
    std::function<void(const generation&)> then_;
};

}  // namespace toolrack::app
