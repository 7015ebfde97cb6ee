"""`qt` has PythonQt's manners, and no name that PythonQt does not show."""

import pytest


@pytest.fixture
def qt(slicer_host):
    import qt

    return qt


def test_properties_are_attributes(qt):
    label, spin = qt.QLabel("a"), qt.QSpinBox()
    label.text, label.enabled, spin.value = "b", False, 7
    assert (label.text, label.enabled, spin.value) == ("b", False, 7)


@pytest.mark.parametrize("call", ["qt.QLabel('a').text()", "qt.QPushButton().enabled()", "qt.QSpinBox().value()"])
def test_a_property_cannot_be_called(qt, call):
    with pytest.raises(TypeError, match="not callable"):
        eval(call)


@pytest.mark.parametrize("name", ["qt.QWebSocket", "qt.QWebEngineView", "qt.Qt.CTRL", "qt.QLabel('a').setTexts",
                                  "qt.QLabel.noSuchThing", "qt.Signal", "qt.QThreads"])  # fmt: skip
def test_a_name_that_is_not_in_slicer_is_not_here(qt, name):
    with pytest.raises(AttributeError):
        eval(name)


def test_new_attributes_only_on_python_subclasses(qt):
    class Labelled(qt.QLabel):
        pass

    with pytest.raises(AttributeError, match="creating new attributes on C\\+\\+ objects is not allowed"):
        qt.QLabel("a").remark = 1
    labelled = Labelled("a")
    labelled.remark = 1
    assert labelled.remark == 1


def test_the_single_shot_of_a_timer_is_its_static_function_and_no_property(qt):
    """As seen in Slicer 5.13; PythonQtClassInfo::lookForPropertyAndCache leaves this one property out."""
    timer = qt.QTimer()
    with pytest.raises(AttributeError, match=r"^Slot 'singleShot' can not be overwritten on QTimer object$"):
        timer.singleShot = True
    assert callable(timer.singleShot)
    timer.setSingleShot(True)
    assert timer.isSingleShot()


def test_a_property_with_a_getter_of_its_name_can_be_assigned(qt):
    timer = qt.QTimer()
    timer.interval = 5
    assert timer.interval == 5


def test_a_property_hides_a_static_function_of_its_name(qt):
    """As slicer.app.applicationName, which Slicer's own util.py reads as text."""
    application = qt.QApplication.instance()
    before = application.applicationName
    application.applicationName = "another"
    assert application.applicationName == "another"
    application.applicationName = before
    with pytest.raises(TypeError, match="not callable"):
        qt.QApplication.applicationName()


@pytest.mark.parametrize(("name", "words"), [
    ("start", "Slot 'start' can not be overwritten on {} object"),
    ("setInterval", "Slot 'setInterval' can not be overwritten on {} object"),
    ("timeout", "Signal 'timeout' can not be overwritten on {} object"),
    ("active", "Property 'active' of {} object is not writable"),
])  # fmt: skip
def test_what_cpp_has_cannot_be_overwritten(qt, name, words):
    class Own(qt.QTimer):
        def start(self):
            """In Python too, which changes nothing for an assignment."""

    for timer in (qt.QTimer(), Own()):
        with pytest.raises(AttributeError) as told:
            setattr(timer, name, 1)
        assert str(told.value) == words.format(type(timer).__name__)


@pytest.mark.parametrize(("base", "name", "words"), [
    ("QProcess", "NotRunning", "EnumValue 'NotRunning' can not be overwritten on Own object"),
    ("QProcess", "ProcessState", "Enum 'ProcessState' can not be overwritten on Own object"),
    ("QDialog", "exec_", "Slot 'exec_' can not be overwritten on Own object"),
])  # fmt: skip
def test_an_enumerator_or_a_slot_under_its_second_name_cannot_be_overwritten(qt, base, name, words):
    own = type("Own", (getattr(qt, base),), {})()
    with pytest.raises(AttributeError) as told:
        setattr(own, name, 1)
    assert str(told.value) == words


def test_a_property_that_only_qt_6_has_cannot_be_assigned(qt):
    with pytest.raises(AttributeError, match="creating new attributes on C\\+\\+ objects is not allowed"):
        qt.QLabel("a").accessibleIdentifier = "b"


def test_a_dynamic_property_can_be_assigned(qt):
    label = qt.QLabel("a")
    label.setProperty("remark", "b")
    label.remark = "c"
    assert label.remark == "c"


def test_a_property_refuses_a_value_of_another_type(qt):
    label = qt.QLabel("a")
    with pytest.raises(AttributeError, match="does not accept"):
        label.text = 5


@pytest.mark.parametrize("signature", ["clicked(bool)", "clicked()", "clicked"])
def test_signals_connect_by_name_and_disconnect(qt, signature):
    button, calls = qt.QPushButton("go"), []

    def slot():
        calls.append(1)

    button.connect(signature, slot)
    button.click()
    assert button.disconnect(signature, slot)
    button.click()
    assert calls == [1]


def test_a_slot_gets_as_many_arguments_as_it_takes(qt):
    button, calls = qt.QPushButton("go"), []
    button.clicked.connect(lambda: calls.append("none"))
    button.clicked.connect(lambda checked: calls.append(checked))
    button.clicked.connect(lambda *arguments: calls.append(arguments))
    button.click()
    assert calls == ["none", False, (False,)]


def test_a_signal_that_is_not_there_cannot_be_connected(qt):
    with pytest.raises(RuntimeError, match="clicked\\(bool\\)"):
        qt.QPushButton().connect("clicked(int)", print)


def test_an_exception_in_a_slot_is_kept_for_the_test(slicer_host, qt, capsys):
    button = qt.QPushButton("go")
    button.clicked.connect(lambda: 1 / 0)
    button.click()
    with pytest.raises(ZeroDivisionError):
        slicer_host.check()
    assert "ZeroDivisionError" in capsys.readouterr().err


def test_an_exception_in_an_observer_is_kept_for_the_test(slicer_host, capsys):
    import vtk

    subject = vtk.vtkObject()
    subject.AddObserver("ModifiedEvent", lambda *_: 1 / 0)
    subject.Modified()
    with pytest.raises(ZeroDivisionError):
        slicer_host.check()


def test_enumerators_are_flat_integers(qt):
    assert qt.QNetworkReply.NoError == 0 and qt.Qt.ControlModifier == 0x04000000
    label = qt.QLabel("a")
    label.alignment = qt.Qt.AlignLeft | qt.Qt.AlignTop
    assert label.alignment == 33


def test_a_byte_array_is_read_with_size_and_data_only(qt):
    array = qt.QByteArray(b"abc")
    assert (array.size(), array.data()) == (3, b"abc")
    for convert in (len, bytes, bytearray, list):
        with pytest.raises(TypeError):
            convert(array)


def test_raw_headers_are_bytes(qt):
    request = qt.QNetworkRequest(qt.QUrl("http://127.0.0.1/"))
    request.setRawHeader(b"a", b"b")
    assert request.rawHeader("a").data() == b"b"
    with pytest.raises(ValueError, match="text"):
        request.rawHeader(b"a")
    with pytest.raises(ValueError, match="bytes"):
        request.setRawHeader("a", "b")


def test_a_refused_connection_is_told_as_in_slicer(slicer_host, qt):
    manager, told = qt.QNetworkAccessManager(), []
    manager.setProxy(qt.QNetworkProxy(qt.QNetworkProxy.NoProxy))
    reply = manager.post(qt.QNetworkRequest(qt.QUrl("http://127.0.0.1:9/")), qt.QByteArray(b"body"))
    reply.connect("finished()", lambda: told.append((reply.error(), reply.readAll().data())))
    slicer_host.process_until(lambda: told, 5)
    assert told == [(qt.QNetworkReply.ConnectionRefusedError, b"")]
    assert reply.attribute(qt.QNetworkRequest.HttpStatusCodeAttribute) is None
    with pytest.raises(ValueError, match="QByteArray"):
        manager.post(qt.QNetworkRequest(qt.QUrl("http://127.0.0.1:9/")), b"body")


def test_a_process_ends_when_its_input_is_closed(slicer_host, qt):
    process, told = qt.QProcess(), []
    process.connect("finished(int,QProcess::ExitStatus)", lambda code, status: told.append((code, status)))
    process.start("PythonSlicer", ["-c", "import sys; print(sys.stdin.read().upper())"])
    process.write(qt.QByteArray(b"abc"))
    process.closeWriteChannel()
    slicer_host.process_until(lambda: told, 10)
    assert told == [(0, qt.QProcess.NormalExit)]
    assert process.readAllStandardOutput().data().strip() == b"ABC"


def test_killing_the_launcher_leaves_the_python_process(slicer_host, qt):
    import psutil

    process = qt.QProcess()
    process.start("PythonSlicer", ["-c", "import sys; sys.stdin.read()"])
    slicer_host.process_until(lambda: process.processId() and psutil.Process(process.processId()).children(), 10)
    child = psutil.Process(process.processId()).children()[0]
    process.kill()
    slicer_host.process_until(lambda: process.state() == qt.QProcess.NotRunning, 10)
    assert child.status() != psutil.STATUS_ZOMBIE and child.is_running()
    child.kill()
    child.wait(5)


def test_a_python_subclass_paints_and_can_call_its_base(slicer_host, qt):
    class Canvas(qt.QWidget):
        painted = 0

        def paintEvent(self, event):
            super().paintEvent(event)
            painter = qt.QPainter(self)
            painter.fillRect(0, 0, 10, 10, qt.QColor("red"))
            painter.end()
            self.painted += 1

        def sizeHint(self):
            return qt.QSize(20, 20)

    canvas = Canvas()
    canvas.resize(20, 20)
    image = canvas.grab().toImage()
    assert canvas.painted == 1 and canvas.sizeHint().width() == 20
    assert image.pixelColor(5, 5).red() == 255 and image.pixelColor(15, 15).red() != 255


def test_a_python_subclass_hears_where_the_mouse_was_pressed(qt):
    class Pressed(qt.QLabel):
        at = None

        def mousePressEvent(self, event):
            self.at = (event.pos().x(), event.pos().y())

    from PySide6 import QtCore, QtTest

    from host.pythonqt.convert import to_real

    label = Pressed()
    label.resize(40, 20)
    QtTest.QTest.mousePress(to_real(label), QtCore.Qt.MouseButton.LeftButton, pos=QtCore.QPoint(7, 5))
    assert label.at == (7, 5)


def test_children_are_found_by_class_and_as_attributes(qt):
    parent = qt.QWidget()
    label = qt.QLabel("a", parent)
    label.objectName = "greeting"
    assert parent.findChild(qt.QLabel, "greeting") is label
    assert parent.findChildren("QLabel") == (label,)
    assert parent.greeting is label and label.name == "greeting"


def test_lists_come_back_as_tuples(qt):
    settings = qt.QSettings()
    settings.setValue("names", ["a", "b"])
    assert settings.value("names") == ("a", "b")
    assert settings.value("nothing", 3) == 3


def test_timers_fire_in_the_event_loop(slicer_host, qt):
    fired = []
    qt.QTimer.singleShot(0, lambda: fired.append("once"))
    timer = qt.QTimer()
    timer.timeout.connect(lambda: fired.append("often"))
    timer.start(1)
    slicer_host.process_until(lambda: fired.count("often") >= 3, 5)
    timer.stop()
    assert fired.count("once") == 1 and not timer.active


def test_loops_of_the_modules_own_are_refused(qt):
    with pytest.raises(RuntimeError, match="event loops"):
        qt.QEventLoop()


def test_delete_makes_an_object_unusable(qt):
    label = qt.QLabel("a")
    label.delete()
    with pytest.raises(ValueError, match="destroyed"):
        label.text  # noqa: B018


def test_isinstance_knows_the_very_class_only(qt):
    """PythonQt gives its classes no common bases (createNewPythonQtClassWrapper): isinstance with a base is False."""

    class Own(qt.QLabel):
        pass

    assert isinstance(qt.QLabel("a"), qt.QLabel) and isinstance(Own("a"), qt.QLabel)
    assert not isinstance(qt.QLabel("a"), qt.QWidget)
    assert qt.QLabel("a").inherits("QWidget") and qt.QLabel("a").isWidgetType()


def test_exec_is_found_under_both_names(slicer_host, qt):
    box = qt.QMessageBox()
    box.text = "Sure?"
    box.setStandardButtons(qt.QMessageBox.Yes | qt.QMessageBox.No)
    slicer_host.dialogs.answer("no", "yes")
    assert box.exec_() == qt.QMessageBox.No and box.exec() == qt.QMessageBox.Yes


def test_file_dialogs_give_paths_as_pythonqt_does(slicer_host, qt):
    slicer_host.dialogs.answer("/a/b.txt", ["/a", "/b"], "")
    assert qt.QFileDialog.getOpenFileName(None, "Open") == "/a/b.txt"
    assert qt.QFileDialog.getOpenFileNames(None, "Open") == ("/a", "/b")
    assert qt.QFileDialog.getSaveFileName(None, "Save") == ""
    assert [dialog.title for dialog in slicer_host.dialogs.shown] == ["Open", "Open", "Save"]


def test_every_object_tells_the_name_of_its_class():
    import qt

    window = qt.QWidget()
    assert [qt.QShortcut(window).className(), qt.QTimer().className(), window.className()] == [
        "QShortcut",
        "QTimer",
        "QWidget",
    ]
