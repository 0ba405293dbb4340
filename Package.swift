// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
]

/// One station of the data path; see the module table in README.md for what each may import.
func module(_ name: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = [])
  -> Target
{
  .target(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: settings)
}

func tests(of name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(
    name: "\(name)Tests", dependencies: [.target(name: name)] + dependencies,
    swiftSettings: settings)
}

/// What `make docs` needs and nobody else: users' builds do not fetch it.
let documentationPlugin: [Package.Dependency] =
  Context.environment["TROUPE_DOCS"] == nil
  ? [] : [.package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.4.0")]

/// What `make bench-micro` needs and nobody else. Without its traits: its library that counts allocations would
/// take malloc's place, as CBenchmarks does, and of two only one counts.
let microBenchmarks: [Package.Dependency] =
  Context.environment["TROUPE_BENCHMARKS"] == nil
  ? [] : [.package(url: "https://github.com/ordo-one/benchmark", from: "1.38.0", traits: [])]

let package = Package(
  name: "troupe",
  products: [
    .library(name: "RL", targets: ["RL"]),
    .library(name: "Drawing", targets: ["Drawing"]),
    .library(name: "Environments", targets: ["Environments"]),
    .library(name: "Policies", targets: ["Policies"]),
    .library(name: "Learning", targets: ["Learning"]),
    .library(name: "TroupeCommands", targets: ["TroupeCommands"]),
    .executable(name: "troupe", targets: ["troupe"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
    .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
    .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
  ] + documentationPlugin + microBenchmarks,
  targets: [
    // 1: arithmetic on spans of numbers
    .target(name: "CKernels", linkerSettings: [.linkedLibrary("m")]),
    module("Kernels", ["CKernels"]),
    // 2: protocols, values and the rollout loop; pictures of environments
    module("RL", ["Kernels"]),
    module("Drawing"),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .target(
      name: "Raster", dependencies: ["Drawing", "CZlib"],
      resources: [.embedInCode("hershey-simplex.txt")], swiftSettings: settings),
    // 3: siblings that never import each other
    .target(name: "CEnvironments"),
    module("Environments", ["RL", "Drawing", "Kernels", "CEnvironments"]),
    module("Policies", ["RL", "Kernels"]),
    module("Learning", ["RL", "Kernels", "CLinux"]),
    // 4: values to bytes and back
    module(
      "Wire",
      [
        "RL", "Learning", "Kernels", "CSodium",
        .product(name: "SwiftProtobuf", package: "swift-protobuf"),
      ],
      exclude: ["Protocol.md", "troupe.proto"]),
    // 5: sockets, and everything that knows of more than one process
    .systemLibrary(name: "CZeroMQ", pkgConfig: "libzmq", providers: [.apt(["libzmq3-dev"])]),
    module("ZeroMQ", ["CZeroMQ", "CLinux"]),
    .target(name: "CLinux"),
    .systemLibrary(
      name: "CSodium", pkgConfig: "libsodium", providers: [.apt(["libsodium-dev"])]),
    module(
      "Monitoring",
      [
        "RL", .product(name: "Logging", package: "swift-log"),
        .product(name: "Metrics", package: "swift-metrics"),
      ]),
    module(
      "Cluster",
      [
        "RL", "Kernels", "Policies", "Learning", "Wire", "ZeroMQ", "Monitoring", "CLinux",
        .product(name: "Logging", package: "swift-log"),
      ]),
    .target(
      name: "Gymnasium", dependencies: ["RL", "Wire", "CLinux"],
      resources: [.embedInCode("bridge.py")], swiftSettings: settings),
    .target(
      name: "Dashboard", dependencies: ["Monitoring", "RL"],
      resources: [.embedInCode("dashboard.html")], swiftSettings: settings),
    .target(
      name: "Rendering", dependencies: ["Raster", "Drawing", "RL", "Monitoring", "CLinux"],
      resources: [.embedInCode("replay.html")], swiftSettings: settings),
    module("Plotting", ["Raster", "Drawing"]),
    .target(
      name: "Launch", dependencies: ["Cluster", "Wire", "CLinux"],
      resources: [.embedInCode("launch.sh")], swiftSettings: settings),
    // 6, 7: the command line
    .target(
      name: "TroupeCommands",
      dependencies: [
        "Cluster", "Launch", "Dashboard", "Rendering", "Drawing", "Plotting", "Gymnasium",
        "ZeroMQ", "Monitoring", "Learning", "Policies", "Environments", "RL",
        .product(name: "Logging", package: "swift-log"),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Yams", package: "Yams"),
      ],
      resources: [
        "Package.swift", "main.swift", "README.md", "gitignore",
      ].map { .embedInCode("PackageTemplate/\($0).template") }, swiftSettings: settings),
    .executableTarget(name: "troupe", dependencies: ["TroupeCommands"], swiftSettings: settings),
    // What is measured and how fast: `make bench`
    .target(
      name: "CBenchmarks", dependencies: ["CZeroMQ"], path: "Sources/Benchmarks/CBenchmarks"),
    .target(
      name: "Workloads",
      dependencies: [
        "Wire", "Learning", "Policies", "Environments", "RL", "Kernels", "CBenchmarks",
      ], path: "Sources/Benchmarks/Workloads", swiftSettings: settings),
    .executableTarget(
      name: "TroupeBenchmarks",
      dependencies: [
        "TroupeCommands", "Plotting", "Monitoring", "ZeroMQ", "Wire", "Learning", "Policies",
        "Environments", "RL", "Kernels", "CLinux", "Workloads", "CBenchmarks",
      ], path: "Sources/Benchmarks/TroupeBenchmarks", swiftSettings: settings),
    // What harms a run: bytes that no decoder may choke on, and an actor that fails. `make chaos`
    .target(
      name: "Decoders",
      dependencies: ["TroupeCommands", "Dashboard", "Wire", "Learning", "RL", "Kernels"],
      path: "Tests/Fuzzing/Decoders", swiftSettings: settings),
    .executableTarget(
      name: "TroupeMutations", dependencies: ["Decoders"], path: "Tests/Fuzzing/Mutations",
      swiftSettings: settings),
    .executableTarget(
      name: "TroupeFaultyActor", dependencies: ["TroupeCommands", "Environments", "RL"],
      path: "Tests/Chaos/FaultyActor", swiftSettings: settings),
    // Tests
    .target(
      name: "TestKit", dependencies: ["RL"], path: "Tests/TestKit", swiftSettings: settings),
    tests(of: "Kernels", ["TestKit"]),
    tests(of: "RL", ["TestKit", "Kernels"]),
    tests(of: "Environments", ["TestKit", "RL", "Drawing"]),
    tests(of: "Policies", ["TestKit", "RL", "Kernels"]),
    tests(of: "Learning", ["TestKit", "RL", "Policies", "Environments", "Kernels"]),
    tests(of: "Wire", ["TestKit", "RL", "Learning", "Kernels"]),
    tests(of: "ZeroMQ", ["TestKit"]),
    tests(
      of: "Monitoring",
      [
        "RL", .product(name: "Logging", package: "swift-log"),
        .product(name: "Metrics", package: "swift-metrics"),
      ]),
    tests(of: "Dashboard", ["Monitoring", "RL"]),
    tests(of: "Raster", ["Drawing"]),
    tests(of: "Rendering", ["Monitoring", "Raster", "Drawing", "RL", "Policies", "Environments"]),
    tests(
      of: "Cluster",
      [
        "TestKit", "RL", "Kernels", "Learning", "Policies", "Environments", "Wire", "ZeroMQ",
        "Monitoring", .product(name: "Logging", package: "swift-log"),
      ]),
    tests(of: "Plotting", []),
    tests(of: "Launch", ["Cluster"]),
    tests(
      of: "TroupeCommands",
      [
        "TestKit", "RL", "Learning", "Policies", "Cluster", "Environments", "Monitoring",
        "Rendering",
      ]),
    .testTarget(
      name: "GymnasiumTests",
      dependencies: ["TestKit", "Gymnasium", "RL", "Policies", "Kernels"], exclude: ["python"],
      swiftSettings: settings),
    .testTarget(
      name: "EndToEndTests", dependencies: ["Kernels", "Wire"], swiftSettings: settings),
  ]
)

// libFuzzer brings its own entry point, so that without it the program does not link: `make fuzz`
if Context.environment["TROUPE_FUZZ"] != nil {
  package.targets.append(
    .executableTarget(
      name: "TroupeFuzz", dependencies: ["Decoders"], path: "Tests/Fuzzing/LibFuzzer",
      swiftSettings: settings))
}

// Its folder lies in one called Benchmarks, where the plugin looks for what it can run.
if !microBenchmarks.isEmpty {
  package.targets.append(
    .executableTarget(
      name: "MicroBenchmarks",
      dependencies: [
        "Workloads", "Wire", "Kernels", .product(name: "Benchmark", package: "benchmark"),
      ], path: "Sources/Benchmarks/MicroBenchmarks", exclude: ["Thresholds"],
      swiftSettings: settings, plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")]))
}
