// An instance of the plugin echo, for definitions that need one.
#pragma once

#include <memory>
#include <string>

#include "captured_log.hpp"
#include "catalog/catalog.hpp"
#include "plugins.hpp"

namespace toolrack::test {

struct instance_fixture {
    explicit instance_fixture(const std::string& prefix = "", const std::string& name = "orders")
        : from(make(prefix, name)) {}

    captured_log log;
    std::shared_ptr<plugin::instance> from;

private:
    std::shared_ptr<plugin::instance> make(const std::string& prefix, const std::string& name) {
        auto settings = settings_named(name);
        settings.prefix = prefix;
        return instance_of(shipped("echo"), settings, log);
    }
};

}  // namespace toolrack::test
