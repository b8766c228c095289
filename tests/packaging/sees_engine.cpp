#include "rankwise/engine/run.hpp"
