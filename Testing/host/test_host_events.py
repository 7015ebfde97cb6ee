"""The event loop, starving threads and the watchdog."""

import threading
import time

import pytest


@pytest.fixture
def background_count():
    """A background thread that counts its turns of 1 ms."""
    count, stop = [0], threading.Event()

    def run():
        while not stop.is_set():
            count[0] += 1
            time.sleep(0.001)

    thread = threading.Thread(target=run)
    thread.start()
    yield count
    stop.set()
    thread.join()


def turns(host, count, seconds):
    before = count[0]
    host.process_for(seconds)
    return count[0] - before


def test_a_background_thread_starves_as_in_the_application(slicer_host, background_count):
    free = turns(slicer_host, background_count, 0.6)
    with slicer_host.hold_interpreter_lock():
        held = turns(slicer_host, background_count, 0.6)
    assert free > 100 and held < 20


def test_a_ticking_slot_lets_it_run_once_a_tick(slicer_host, background_count):
    import qt

    timer = qt.QTimer()
    timer.timeout.connect(lambda: None)
    timer.start(10)
    with slicer_host.hold_interpreter_lock():
        ticking = turns(slicer_host, background_count, 0.6)
    timer.stop()
    assert 10 < ticking < 200


def test_waiting_too_long_says_for_what(slicer_host):
    with pytest.raises(TimeoutError, match=r"0\.05 s"):
        slicer_host.process_until(lambda: False, 0.05)


def test_the_watchdog_sees_slow_code_of_the_module_alone(slicer_host):
    import Demo
    import qt

    def slow_test_code():
        time.sleep(0.03)

    Demo.napping = types_function("import time\ndef nap():\n    time.sleep(0.03)\n", Demo.__file__)
    timer = qt.QTimer()
    timer.timeout.connect(lambda: Demo.napping())
    with slicer_host.watch(0.02) as seen:
        qt.QTimer.singleShot(0, slow_test_code)
        qt.QTimer.singleShot(0, Demo.napping)
        slicer_host.process_for(0.2)
    assert [stall.function.split(".")[-1] for stall in seen.stalls] == ["nap"]
    assert seen.longest >= 0.03 and seen.entries == 1


def types_function(source, file):
    """A function whose code says it comes from that file."""
    namespace = {}
    exec(compile(source, file, "exec"), namespace)
    return namespace["nap"]
