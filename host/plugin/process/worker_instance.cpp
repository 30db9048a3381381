// An instance that runs in a process of its own: what it does to itself, it does to nobody else.
//
// Whoever asks does so through the dispatch, on their own thread; the worker supervisor has the process.
#include <utility>

#include "plugin/process/wakeup_event.hpp"
#include "plugin/process/dispatch.hpp"
#include "plugin/instance.hpp"
#include "plugin/process/worker_supervisor.hpp"
#include "plugin/plugin_callbacks.hpp"

namespace toolrack::plugin {
namespace {

class worker_instance final : public instance {
public:
    worker_instance(const program& program,
                    std::filesystem::path library,
                    const config::plugin& settings,
                    const dependencies& around)
        : plugin_callbacks_(settings.name, around), dispatch_(plugin_callbacks_, wakeup_event_, around),
          worker_supervisor_(program, std::move(library), settings, around, plugin_callbacks_, dispatch_, wakeup_event_) {}
    ~worker_instance() override { worker_instance::close(std::chrono::milliseconds(0)); }

    result<void, complaint> begin() { return worker_supervisor_.begin(); }

    const std::string& name() const noexcept override { return plugin_callbacks_.name(); }
    const description& about() const noexcept override { return worker_supervisor_.about(); }
    const config::plugin& settings() const noexcept override { return worker_supervisor_.settings(); }

    result<std::vector<feature>, complaint> list() override {
        if (!offers_features()) return std::vector<feature>{};
        return dispatch_.list();
    }
    call start(const request& asked, bool quick, executor home, in_flight<answer>::notice noticed) override {
        return dispatch_.start(asked, quick, home, std::move(noticed));
    }
    void cancel(const call& abandoned) override { dispatch_.cancel(abandoned); }
    std::size_t cut_off() override { return plugin_callbacks_.cut_off(); }
    void watch(std::string_view uri, bool on) override { dispatch_.watch(uri, on); }

    bool offers_features() const noexcept override { return worker_supervisor_.offers_features(); }
    std::uint64_t auth_traits() const noexcept override { return 0; }
    bool offers_auth() const noexcept override { return false; }
    check authenticate(const credentials& shown, executor home) override;

    bool is_suspended() const noexcept override { return dispatch_.is_suspended(); }
    plugin::condition condition() const override { return plugin_callbacks_.condition(); }
    // Nothing of it is left then to touch anything.
    bool close(std::chrono::milliseconds grace) override;

private:
    wakeup_event wakeup_event_;
    plugin_callbacks plugin_callbacks_;
    dispatch dispatch_;
    worker_supervisor worker_supervisor_;
    bool is_closed_ = false;
};

check worker_instance::authenticate(const credentials&, executor home) {
    auto made = std::make_shared<in_flight<verdict>>(home);
    made->deliver({verdict::kind::refused, {}, identity::refusal::unavailable, "a worker guards no door"});
    return made;
}

bool worker_instance::close(std::chrono::milliseconds grace) {
    if (std::exchange(is_closed_, true)) return true;
    dispatch_.close(grace);
    worker_supervisor_.join();
    dispatch_.end_all(answer::kind::lost);
    return true;
}

}  // namespace

result<std::shared_ptr<instance>, complaint> make_worker_instance(const program& program,
                                                                  const std::filesystem::path& library,
                                                                  const config::plugin& settings,
                                                                  const dependencies& around) {
    static constexpr auto grace = std::chrono::seconds(5);
    const std::shared_ptr<worker_instance> made(new worker_instance(program, library, settings, around),
                                                [](worker_instance* one) {
                                                    one->close(grace);
                                                    delete one;
                                                });
    if (const auto begun = made->begin(); !begun) return begun.error();
    return std::shared_ptr<instance>(made);
}

}  // namespace toolrack::plugin
