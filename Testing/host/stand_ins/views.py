"""Layout manager and slice views: the real slice logic, displayable managers and interaction, rendered off screen.

A qMRMLSliceView here is an empty Qt widget that owns a trame_slicer SliceView; the render window is VTK's own, not
Qt's, so a click is given to the interactor, and a picture is read from the render window.
"""

from typing import Any

import numpy as np
import slicer
import vtk
from PySide6 import QtCore, QtGui, QtWidgets
from vtk.util.numpy_support import vtk_to_numpy

from .module import qSlicerObject
from .stored import stored

NAMES = {"Red": ("Axial", "R", (0.95, 0.29, 0.2)), "Green": ("Coronal", "G", (0.43, 0.69, 0.29)),
         "Yellow": ("Sagittal", "Y", (0.93, 0.84, 0.3))}  # fmt: skip
SIZE = (400, 400)


class qMRMLUtils(QtCore.QObject):
    """Of its many conversions the one that is used."""

    @staticmethod
    def vtkImageDataToQImage(image: Any, made: QtGui.QImage) -> bool:
        """Into ``made``, upside down as Qt has it; False, as in CTK, of what is not 1, 3 or 4 bytes a pixel."""
        scalars = None if image is None else image.GetPointData().GetScalars()
        if scalars is None or image.GetScalarType() != vtk.VTK_UNSIGNED_CHAR:
            return False
        formats = {1: QtGui.QImage.Format.Format_Grayscale8, 3: QtGui.QImage.Format.Format_RGB888,
                   4: QtGui.QImage.Format.Format_RGBA8888}  # fmt: skip
        width, height, _depth = image.GetDimensions()
        colours = scalars.GetNumberOfComponents()
        if colours not in formats:
            return False
        rows = np.ascontiguousarray(vtk_to_numpy(scalars).reshape(height, width * colours)[::-1])
        made.swap(QtGui.QImage(rows.data, width, height, width * colours, formats[colours]).copy())
        return True


class ctkVTKAbstractView(QtWidgets.QWidget):
    """`real` is the trame_slicer view."""

    real: Any

    def interactor(self) -> Any:
        return self.real.interactor()

    def renderWindow(self) -> Any:
        return self.real.render_window()

    def forceRender(self) -> None:
        self.real.render()

    def scheduleRender(self) -> None:
        """The host renders when a picture is asked for."""

    def pauseRender(self) -> None:
        pass

    def resumeRender(self) -> None:
        pass

    def setRenderPaused(self, paused: bool) -> None:
        pass

    def pixels(self) -> np.ndarray:
        """What the view shows now: rows from top to bottom, RGB, uint8."""
        self.real.render()
        grab = vtk.vtkWindowToImageFilter()
        grab.SetInput(self.real.render_window())
        grab.ReadFrontBufferOff()
        grab.Update()
        image = grab.GetOutput()
        width, height, _ = image.GetDimensions()
        return vtk_to_numpy(image.GetPointData().GetScalars()).reshape(height, width, -1)[::-1, :, :3].copy()


class ctkVTKSliceView(ctkVTKAbstractView):
    pass


class qMRMLSliceView(ctkVTKSliceView):
    def __init__(self, name: str, core: Any) -> None:
        super().__init__()
        # Imported when the first view is made: it takes a second, and tests of logic need none.
        from trame_slicer.views.render_scheduler import NoScheduleRendering
        from trame_slicer.views.slice_view import SliceView

        vtk.vtkObject.GlobalWarningDisplayOff()  # trame-slicer observes an event that VTK 9.6 says is going away
        self.real = SliceView(core.scene, core.app_logic, name, scheduled_render_strategy=NoScheduleRendering())
        vtk.vtkObject.GlobalWarningDisplayOn()
        self.real.render_window().SetSize(*SIZE)
        self.real.update_size(*SIZE)

    def mrmlSliceNode(self) -> Any:
        return self.real.get_view_node()

    def convertDeviceToXYZ(self, position: Any) -> list[float]:
        return [float(position[0]), float(position[1]), 0.0]

    def convertXYZToRAS(self, xyz: Any) -> list[float]:
        return list(self.mrmlSliceNode().GetXYToRAS().MultiplyPoint((*xyz[:3], 1.0))[:3])

    def convertRASToXYZ(self, ras: Any) -> list[float]:
        inverse = vtk.vtkMatrix4x4()
        vtk.vtkMatrix4x4.Invert(self.mrmlSliceNode().GetXYToRAS(), inverse)
        return list(inverse.MultiplyPoint((*ras[:3], 1.0))[:3])

    def displayableManagerByClassName(self, name: str) -> Any:
        return self.real.get_displayable_manager_by_class(name)


class qMRMLWidget(QtWidgets.QWidget, qSlicerObject):
    mrmlSceneChanged = QtCore.Signal(object)

    def mrmlScene(self) -> Any:
        return self._scene


class qMRMLViewControllerBar(qMRMLWidget):
    pass


class qMRMLSliceControllerWidget(qMRMLViewControllerBar):
    def __init__(self, widget: "qMRMLSliceWidget") -> None:
        super().__init__()
        self._widget = widget

    def fitSliceToBackground(self) -> None:
        self._widget.fitSliceToBackground()

    def mrmlSliceNode(self) -> Any:
        return self._widget.mrmlSliceNode()

    def mrmlSliceCompositeNode(self) -> Any:
        return self._widget.mrmlSliceCompositeNode()

    def setSliceOffsetValue(self, offset: float) -> None:
        self._widget.sliceLogic().SetSliceOffset(offset)

    def rotateSliceToLowestVolumeAxes(self) -> None:
        self._widget.sliceLogic().RotateSliceToLowestVolumeAxes()


class qMRMLAbstractViewWidget(qMRMLWidget):
    pass


class qMRMLSliceWidget(qMRMLAbstractViewWidget):
    def __init__(self, name: str, core: Any) -> None:
        super().__init__()
        orientation, label, color = NAMES[name]
        self._view = qMRMLSliceView(name, core)
        self._view.setParent(self)
        self._controller = qMRMLSliceControllerWidget(self)
        self._controller.setParent(self)
        node = self.mrmlSliceNode()
        node.SetDefaultOrientation(orientation)  # what closing the scene brings back
        node.SetOrientationToDefault()
        node.SetLayoutLabel(label)
        node.SetLayoutColor(*color)
        node.SetMappedInLayout(1)

    def sliceView(self) -> qMRMLSliceView:
        return self._view

    def sliceController(self) -> qMRMLSliceControllerWidget:
        return self._controller

    def sliceLogic(self) -> Any:
        return self._view.real._logic

    def mrmlSliceNode(self) -> Any:
        return self._view.mrmlSliceNode()

    def mrmlSliceCompositeNode(self) -> Any:
        return self.sliceLogic().GetSliceCompositeNode()

    def fitSliceToBackground(self) -> None:
        self.sliceLogic().FitSliceToBackground()

    def interactorStyle(self) -> Any:
        return self._view.real._interactor_observer


class ctkLayoutFactory(QtCore.QObject):
    pass


class qMRMLLayoutManager(ctkLayoutFactory):
    layoutChanged = QtCore.Signal(int)
    layout = stored("layout", int, 3, lambda self: self.layoutChanged.emit(self.property("layout")))
    threeDViewCount = stored("threeDViewCount", int, 0)

    def __init__(self, core: Any) -> None:
        super().__init__()
        self._core = core
        self.widgets: dict[str, qMRMLSliceWidget] = {}

    def setLayout(self, layout: int) -> None:
        self.setProperty("layout", layout)

    def sliceViewNames(self) -> list[str]:
        """In the order of the application's hash of views, which puts Green first there; nobody may count on it."""
        return sorted(NAMES)

    def sliceWidget(self, name: str) -> qMRMLSliceWidget | None:
        if name not in NAMES:
            return None
        if name not in self.widgets:
            self.widgets[name] = qMRMLSliceWidget(name, self._core)
        return self.widgets[name]

    def mrmlSliceLogics(self) -> Any:
        return self._core.app_logic.GetSliceLogics()

    def resetSliceViews(self) -> None:
        for name in NAMES:
            self.sliceWidget(name).fitSliceToBackground()

    def pauseRender(self) -> None:
        pass

    def resumeRender(self) -> None:
        pass

    def setRenderPaused(self, paused: bool) -> None:
        pass

    def mrmlScene(self) -> Any:
        return slicer.mrmlScene


class qSlicerLayoutManager(qMRMLLayoutManager):
    pass
