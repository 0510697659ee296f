#include "proto/kit/command.h"
