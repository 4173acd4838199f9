// What every exported function needs: C linkage and visibility.
#pragma once

#if defined(_WIN32)
#define WEFT_EXPORT extern "C" __declspec(dllexport)
#else
#define WEFT_EXPORT extern "C" __attribute__((visibility("default")))
#endif
