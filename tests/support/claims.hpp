// What nearly every program of claims includes, compiled once for all of them. Nothing includes this by name.
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
