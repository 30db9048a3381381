// Makes generations: loads the instances, lists their features, and builds the policy and the limits.
#pragma once

#include <memory>

#include "app/generation.hpp"
#include "app/process_state.hpp"
#include "app/start_checks.hpp"
#include "config/config.hpp"

namespace toolrack::app {

// Loads everything that `settings` names. A plugin that fails is left out, logged and reported. Throws failure when an
// auth backend or a required plugin fails. `previous` may be null; its unchanged instances are reused.
std::shared_ptr<const generation> load_generation(std::shared_ptr<const config::settings> settings,
                                                  const start_options& options,
                                                  process_state& process_state,
                                                  const generation* previous = nullptr);

// The same settings and instances, with the features listed again. Throws failure when a required plugin fails.
std::shared_ptr<const generation> with_lists_read_again(const generation& previous, process_state& process_state);

}  // namespace toolrack::app
