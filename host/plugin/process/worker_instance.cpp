// An instance whose plugin runs in a worker process: a crash of the plugin ends only that process.
//
// Callers use worker_requests on their own threads; the supervisor's thread owns the process.
#include <utility>

#include "plugin/instance.hpp"
#include "plugin/plugin_callbacks.hpp"
#include "plugin/process/wakeup_event.hpp"
#include "plugin/process/worker_requests.hpp"
#include "plugin/process/worker_supervisor.hpp"

namespace toolrack::plugin {
namespace {

class worker_instance final : public instance {
public:
    worker_instance(const program& program,
                    std::filesystem::path library,
                    const config::plugin& settings,
                    const dependencies& around)
        : callbacks_(settings.name, around), requests_(callbacks_, wakeup_, around),
          supervisor_(program, std::move(library), settings, around, callbacks_, requests_, wakeup_) {}
    ~worker_instance() override { worker_instance::close(std::chrono::milliseconds(0)); }

    result<void, complaint> start_worker() { return supervisor_.start(); }

    const std::string& name() const noexcept override { return callbacks_.name(); }
    const description& about() const noexcept override { return supervisor_.about(); }
    const config::plugin& settings() const noexcept override { return supervisor_.settings(); }

    result<std::vector<feature>, complaint> list() override {
        if (!offers_features()) return std::vector<feature>{};
        return requests_.list();
    }
    call start(const request& request,
               bool quick,
               executor owner,
               in_flight<answer>::notification_handler on_notification) override {
        return requests_.start(request, quick, owner, std::move(on_notification));
    }
    void cancel(const call& abandoned) override { requests_.cancel(abandoned); }
    std::size_t interrupt_calls() override { return callbacks_.interrupt_calls(); }
    void watch(std::string_view uri, bool on) override { requests_.watch(uri, on); }

    bool offers_features() const noexcept override { return supervisor_.offers_features(); }
    std::uint64_t auth_traits() const noexcept override { return 0; }
    bool offers_auth() const noexcept override { return false; }
    auth_check authenticate(const credentials& shown, executor owner) override;

    bool is_suspended() const noexcept override { return requests_.is_suspended(); }
    instance_status status() const override { return callbacks_.status(); }
    // Afterwards no thread of this instance exists.
    bool close(std::chrono::milliseconds grace) override;

private:
    wakeup_event wakeup_;
    plugin_callbacks callbacks_;
    worker_requests requests_;
    worker_supervisor supervisor_;
    bool is_closed_ = false;
};

auth_check worker_instance::authenticate(const credentials&, executor owner) {
    auto check = std::make_shared<in_flight<auth_result>>(owner);
    check->deliver(
        {auth_result::kind::refused, {}, identity::refusal::unavailable, "auth backends cannot run in a worker"});
    return check;
}

bool worker_instance::close(std::chrono::milliseconds grace) {
    if (std::exchange(is_closed_, true)) return true;
    requests_.close(grace);
    supervisor_.join();
    requests_.fail_all(answer::kind::lost);
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
    if (const auto started = made->start_worker(); !started) return started.error();
    return std::shared_ptr<instance>(made);
}

}  // namespace toolrack::plugin
