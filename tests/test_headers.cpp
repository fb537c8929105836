// SPDX-License-Identifier: Apache-2.0
//
// CMake precompiles a target's headers for its sources, so the target of the headers that all tests share needs one.
