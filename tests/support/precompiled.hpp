// The precompiled header of the test programs. No file includes it by name.
#pragma once

#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <toolrack/json.hpp>

#include "base/asio.hpp"
#include "catch.hpp"
